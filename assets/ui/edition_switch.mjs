// Buttons that choose the edition of IEC 62676-4 a person reads densities in.
import { attribute, h } from "./dom.mjs";
import { chooseEdition, edition } from "../words/densities.mjs";
import { t } from "../words/texts.mjs";

/** Buttons for the editions; `onChange` when another is chosen. */
export function editionSwitch(catalogue, onChange) {
  const years = Object.keys(catalogue.densities ?? {});
  const buttons = years.map((year) =>
    h("button", {
      type: "button",
      text: year,
      onclick: () => {
        chooseEdition(year);
        onChange(year);
      },
    }),
  );
  const node = h("div", { class: "editions", role: "group" }, ...buttons);
  return {
    node,
    draw: () => {
      attribute(node, "aria-label", t("sight.edition"));
      buttons.forEach((button, i) => attribute(button, "aria-pressed", String(years[i] === edition())));
    },
  };
}
