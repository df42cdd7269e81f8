// Builds every island and style sheet into the folder Django serves; django-vite reads the manifest.
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { build, defineConfig } from "vite";

const OUT = resolve(import.meta.dirname, "../src/vivencia/foundation/static/built");
const TABLER_ICONS = resolve(import.meta.dirname, "node_modules/@tabler/icons/icons");

/** One SVG sprite with the icons named in icons.json, and no others. */
function iconSprite() {
  return {
    name: "icon-sprite",
    closeBundle() {
      const names = JSON.parse(readFileSync(resolve(import.meta.dirname, "icons.json"), "utf8"));
      const symbols = names.map((name) => {
        const file = join(TABLER_ICONS, "outline", `${name}.svg`);
        if (!existsSync(file)) throw new Error(`icons.json names "${name}", which @tabler/icons does not have`);
        const body = readFileSync(file, "utf8").replace(/<!--[\s\S]*?-->/, "");
        const shapes = body.slice(body.indexOf(">") + 1, body.lastIndexOf("</svg>")).replace(/\s+/g, " ").trim();
        return `<symbol id="${name}" viewBox="0 0 24 24">${shapes}</symbol>`;
      });
      mkdirSync(OUT, { recursive: true });
      writeFileSync(join(OUT, "icons.svg"), `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>`);
    },
  };
}

/** What other sites load by a stable address: `src/embed/<name>/main.ts` becomes `built/embed/<name>.js`, one plain script. */
function embeds() {
  return {
    name: "embeds",
    async closeBundle() {
      const folder = resolve(import.meta.dirname, "src/embed");
      for (const name of existsSync(folder) ? readdirSync(folder) : []) {
        const entry = join(folder, name, "main.ts");
        if (!existsSync(entry)) continue;
        await build({
          configFile: false,
          publicDir: false,
          logLevel: "warn",
          build: {
            outDir: join(OUT, "embed"),
            emptyOutDir: false,
            target: "es2020",
            lib: { entry, name: `vivencia_${name}`, formats: ["iife"], fileName: () => `${name}.js` },
          },
        });
      }
    },
  };
}

/** WhiteNoise serves the .br and .gz twins by itself: the style sheet shrinks to an eighth. */
function compressedTwins() {
  return {
    name: "compressed-twins",
    closeBundle() {
      for (const name of readdirSync(OUT, { recursive: true })) {
        const file = join(OUT, String(name));
        if (!/\.(js|css|svg)$/.test(file) || statSync(file).size < 1024) continue;
        const content = readFileSync(file);
        writeFileSync(`${file}.gz`, gzipSync(content, { level: 9 }));
        writeFileSync(`${file}.br`, brotliCompressSync(content));
      }
    },
  };
}

export default defineConfig({
  base: "./", // wherever Django mounts its static files
  build: {
    outDir: OUT,
    emptyOutDir: true,
    manifest: "manifest.json",
    target: "es2023",
    modulePreload: { polyfill: false }, // it would be an inline script
    chunkSizeWarningLimit: 700,
    rolldownOptions: { input: "src/main.ts" },
  },
  plugins: [iconSprite(), embeds(), compressedTwins()],
});
