// The page /import: files go up, a job runs on the server, its progress is polled, its report shown.
import { undoable } from "./log.mjs";
import { byId, h, say, shown } from "../../ui/dom.mjs";
import { has, language, onLanguage, speak, t } from "../../words/texts.mjs";
import { createRegister } from "./register.mjs";
import { columnsOf } from "./registration.mjs";

const POLL_MS = 700;
const AGAIN_MS = 1000;
const HEAD_BYTES = 4096;
const KNOWN = ["name_en", "district_name", "street_name", "community_name", "community_code", "attribution", "surveyed"];
const LIST = /\.(csv|txt)$/i;

const state = { job: null, files: [], references: new Map(), wish: null, report: null };
const register = createRegister((east, north) => {
  const moved = state.wish?.shift ?? [0, 0];
  byId("more").open = true;
  byId("shift-east").value = (moved[0] + east).toFixed(2);
  byId("shift-north").value = (moved[1] + north).toFixed(2);
  byId("shift-east").focus();
});

/** Ask the server; what it refuses is an Error with its reason, in the words of the page. */
async function ask(path, options = {}, tries = 12) {
  let response;
  try {
    response = await fetch(path, options);
  } catch (error) {
    // After an import the server starts anew, for its places changed: it is back in seconds.
    if (tries < 2) throw error;
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    return ask(path, options, tries - 1);
  }
  if (response.status === 401) location.assign("/login?next=/import");
  const body = await response.json().catch(() => ({}));
  if (!response.ok) {
    const key = `import.refusals.${body.error}`;
    throw new Error(has(key) ? t(key, body) : (body.reason ?? `${response.status}`));
  }
  return body;
}

function post(path, body) {
  return ask(path, { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json" } });
}

/** Do something, and say on the page why it could not be done. */
async function attempt(work) {
  shown(byId("trouble"), false);
  try {
    return await work();
  } catch (error) {
    shown(say(byId("trouble"), t("import.refused", { reason: error.message })), true);
    return null;
  }
}

async function receive(files) {
  state.job ??= (await ask("/api/imports", { method: "POST" })).id;
  for (const file of files) {
    shown(byId("running"), true);
    say(byId("words"), t("import.sending", { name: file.name }));
    const path = `/api/imports/${state.job}/files?name=${encodeURIComponent(file.name)}`;
    state.files = (await ask(path, { method: "POST", body: file })).files;
    if (LIST.test(file.name)) await offerColumns(file);
  }
  shown(byId("running"), false);
  drawFiles();
}

/** Offer a list's columns where one may be named. */
async function offerColumns(file) {
  const columns = columnsOf(new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer()));
  byId("columns").replaceChildren(...columns.map((name) => h("option", { value: name })));
}

function drawFiles() {
  byId("received").replaceChildren(
    ...state.files.map((name) => {
      const choice = h(
        "select",
        { "aria-label": `${name} ${t("import.reference")}` },
        ...["", "WGS84", "CGCS2000", "GCJ02", "BD09"].map((word) => h("option", { value: word, text: word || t("import.as_all") })),
      );
      choice.value = state.references.get(name) ?? "";
      choice.addEventListener("change", () => state.references.set(name, choice.value));
      return h("li", {}, h("span", { text: name }), choice);
    }),
  );
}

function wishOf(dryRun) {
  const value = (id) => byId(id).value.trim();
  const chosen = value("reference") === "EPSG:" ? `EPSG:${value("epsg")}` : value("reference");
  const crs = [...state.references].filter(([, word]) => word).map(([name, word]) => `${name}=${word}`);
  if (chosen) crs.unshift(chosen);
  const named = [...document.querySelectorAll("[name^='column.']")].filter((input) => input.value.trim());
  const columns = Object.fromEntries(named.map((input) => [input.name.slice("column.".length), input.value.trim()]));
  return {
    name: value("name"),
    territory: value("territory"),
    crs,
    dry_run: dryRun,
    bare: byId("bare").checked,
    mapping: named.length ? { columns } : null,
    shift: [Number(value("shift-east")) || 0, Number(value("shift-north")) || 0],
    known: Object.fromEntries(KNOWN.map((id) => [id, value(id)])),
  };
}

async function run(dryRun) {
  if (!state.files.length) throw new Error(t("import.no_file"));
  state.wish = wishOf(dryRun);
  await post(`/api/imports/${state.job}/run`, state.wish);
  for (const id of ["try", "import"]) byId(id).disabled = true;
  shown(byId("running"), true).scrollIntoView({ block: "nearest" });
  try {
    await follow();
    byId("outcome").scrollIntoView({ block: "nearest" });
  } finally {
    shown(byId("running"), false);
    byId("try").disabled = false;
  }
}

/** Poll until the job has ended, then show what it said. The server may start anew meanwhile. */
async function follow() {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    const job = await ask(`/api/imports/${state.job}`);
    byId("share").value = job.share;
    say(byId("words"), job.words || t("import.starts"));
    if (job.state === "failed") throw new Error(job.words || t(job.said ? "import.ended_saying" : "import.ended", job));
    if (job.state === "done") return show(job.report);
  }
}

async function show(report) {
  state.report = report;
  shown(byId("empty"), false);
  shown(byId("report"), true);
  const trial = !report.written && !report.unchanged && !report.stopped;
  say(byId("outcome"), report.outcome);
  byId("outcome").dataset.state = report.stopped ? "stopped" : "good";
  byId("html").href = `/api/imports/${state.job}/report.html`;
  byId("geojson").href = `/api/imports/${state.job}/faults.geojson`;
  byId("import").disabled = !trial;
  fillList("sources", report.sources);
  fillList("difference", report.difference);
  shown(byId("differs"), report.difference.length > 0);
  fillList(
    "counts",
    report.counts.map(([part, count]) => `${part} ${count}`),
  );
  drawKinds(report);
  drawFaults(report, null);
  const svg = await fetch(`/api/imports/${state.job}/map.svg`).then((answer) => answer.text());
  register.show(byId("picture"), svg);
  await drawLog();
}

/** Show the report again in the language on screen: the server has it in each. */
async function showAgain() {
  const job = await ask(`/api/imports/${state.job}`);
  if (job.report) await show(job.report);
}

function fillList(id, lines) {
  byId(id).replaceChildren(...lines.map((line) => h("li", { text: line })));
}

/** Buttons that show the faults of one kind only. */
function drawKinds(report) {
  const buttons = report.kinds.map(([kind, title, count]) =>
    h("button", {
      type: "button",
      text: `${title} ${count}`,
      "aria-pressed": "false",
      onclick: (event) => {
        const on = event.currentTarget.getAttribute("aria-pressed") !== "true";
        for (const other of byId("kinds").children) other.setAttribute("aria-pressed", "false");
        event.currentTarget.setAttribute("aria-pressed", String(on));
        drawFaults(report, on ? kind : null);
      },
    }),
  );
  byId("kinds").replaceChildren(...buttons);
  if (!buttons.length) byId("kinds").replaceChildren(h("p", { class: "dim", text: t("import.none") }));
}

function drawFaults(report, kind) {
  const rows = report.faults.filter((fault) => !kind || fault.kind === kind);
  byId("faults").replaceChildren(
    ...rows.map((fault) =>
      h(
        "tr",
        { class: fault.stops ? "stops" : "" },
        h("td", { class: "dim", text: `${fault.number}` }),
        h("td", {}, fault.stops && h("span", { class: "stopping", text: t("import.stops") }), h("span", { text: fault.title })),
        ...[fault.feature, fault.words, fault.place].map((words) => h("td", { text: words })),
      ),
    ),
  );
}

const LOGGED = { "place.imported": "import.log_imported", "place.edited": "import.log_edited" };

async function drawLog() {
  const rows = await ask("/api/imports").catch(() => []);
  const last = undoable(rows);
  byId("log").replaceChildren(
    ...rows.map((row) => {
      const time = new Date(row.time).toLocaleString(language());
      const words = t(LOGGED[row.type] ?? "import.log_undone", { time, by: row.by || t("import.command_line"), place: row.subject });
      return h(
        "li",
        {},
        h("span", { text: words }),
        last.has(row) && h("button", { type: "button", text: t("import.undo"), onclick: () => attempt(() => undo(row.data.territory)) }),
      );
    }),
  );
  if (!rows.length) byId("log").replaceChildren(h("li", { class: "dim", text: t("import.none") }));
}

async function undo(territory) {
  await post("/api/imports/undo", { territory });
  await drawLog();
}

function listen() {
  byId("files").addEventListener("change", (event) => attempt(() => receive([...event.target.files])));
  const drop = document.querySelector(".drop");
  drop.addEventListener("dragover", (event) => event.preventDefault());
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    attempt(() => receive([...event.dataTransfer.files]));
  });
  byId("form").addEventListener("submit", (event) => {
    event.preventDefault();
    attempt(() => run(true));
  });
  byId("import").addEventListener("click", () => byId("form").reportValidity() && attempt(() => run(false)));
  byId("form").addEventListener("input", () => (byId("import").disabled = true));
  byId("reference").addEventListener("change", () => shown(byId("epsg"), byId("reference").value === "EPSG:"));
  byId("language").addEventListener("click", () => speak(language() === "en" ? "zh-CN" : "en"));
  onLanguage(() => {
    const english = language() === "en";
    say(byId("language"), english ? "中文" : "EN").lang = english ? "zh-CN" : "en";
    attempt(state.report ? showAgain : drawLog);
    drawFiles();
  });
}

listen();
await speak(document.documentElement.lang);
