/** Words the scripts show, translated by the server: `<template id="viv-texts">` holds one `data-` attribute a text. */
export function text(name: string): string {
  return document.querySelector<HTMLElement>("#viv-texts")?.dataset[name] ?? "";
}
