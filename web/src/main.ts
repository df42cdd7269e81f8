/** What every page loads: styles, htmx, menus, dialogs, definitions and the islands' loader. Islands come when needed. */
import "./styles/main.css";
import "htmx.org";
import "./confirm";
import "./copy";
import "./history";
import "./menus";
import "./popovers";
import "./preferences";
import "./troubles";
import { watchIslands } from "./islands";

watchIslands();
