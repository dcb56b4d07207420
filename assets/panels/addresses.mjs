// How complete the addresses of each compound are: a table for administrators, gaps by name.
import { h } from "../ui/dom.mjs";
import { t } from "../words/texts.mjs";

const LONG = 8; // rows that fit without scrolling
const DUTIES = ["collected", "entered", "merged", "updated", "managed"];

/** A share in whole per cent; 100 only when nothing is missing. */
export function percent(share) {
  return share === undefined ? "–" : `${share === 1 ? 100 : Math.min(99, Math.floor(share * 100))} %`;
}

/**
 * The section with every compound the account sees whole, the least complete first.
 * @param {Row[]|null} rows as /api/addresses tells, null when it did not answer
 */
export function addressSection(rows) {
  const title = h("h3", { text: t("addresses.title") });
  if (!rows?.length) return h("section", {}, title, h("p", { class: "dim", text: t(rows ? "addresses.none" : "addresses.failed") }));
  const head = ["compound", ...DUTIES, "gaps"].map((key) => h("th", { scope: "col", text: t(`addresses.${key}`) }));
  const table = h("table", { class: "shares" }, h("thead", {}, h("tr", {}, ...head)), h("tbody", {}, ...rows.map(row)));
  // What scrolls can be reached by keyboard; what does not must not take the focus from the sheet.
  const scrolls = rows.length > LONG ? { tabindex: "0", role: "group", "aria-label": t("addresses.title") } : {};
  return h("section", {}, title, h("div", { class: "scroll", ...scrolls }, table));
}

function row({ name, shares, measures }) {
  const cells = DUTIES.map((duty) => h("td", { class: shares[duty] < 1 ? "lacking" : "", text: percent(shares[duty]) }));
  return h("tr", {}, h("th", { scope: "row", text: name }), ...cells, h("td", {}, gaps(measures)));
}

function gaps(measures) {
  const lacking = measures.filter(({ done, total }) => done < total);
  if (lacking.length === 0) return h("span", { class: "dim", text: t("addresses.complete") });
  const lines = lacking.map(({ name, done, total, missing }) => {
    const some = missing.join("、") + (missing.length < total - done ? "…" : "");
    return h("li", { text: t("addresses.gap", { name: t(`addresses.${name}`), done, total, missing: some }) });
  });
  return h("details", {}, h("summary", { text: `${lacking.length}` }), h("ul", {}, ...lines));
}
