// Questions about an open building: what is on which floor, how grave, what is out of order. Pure;
// `told` is the answer of /api/buildings, `reading` what the live model says of a device.
import { isFinished } from "./cases.mjs";

const GONE = 3;
const BROKEN = new Set(["fault", "covered"]);

/** The floor a device is on now: a lift is where its cabin is. 0 when not known. */
export function floorOf(device, told, reading) {
  const has = (floor) => told.floors.some((row) => row.floor === floor);
  const cabin = device.kind === "lift" ? Math.round(reading?.(device.id)?.value ?? NaN) : NaN;
  if (has(cabin)) return cabin;
  return has(device.floor) ? device.floor : 0;
}

/** The floor of a case in the building: its device's, else the one it was told with. */
export function floorOfCase(incident, told, reading) {
  const device = told.devices.find(({ id }) => id === incident.device);
  const floor = device ? floorOf(device, told, reading) : (incident.floor ?? 0);
  return told.floors.some((row) => row.floor === floor) ? floor : 0;
}

/** The open cases of the building, gravest first. */
export function casesIn(told, incidents) {
  return [...incidents].filter((row) => row.building === told.id && !isFinished(row)).sort((a, b) => a.level - b.level || a.at - b.at);
}

/**
 * One row a floor, the highest first; a row for floor 0 when something stands nobody knows where.
 * @param {Row} told
 * @param {{alarms: Iterable<Row>, incidents: Iterable<Row>, reading: (id: string) => Row|null}} now
 * @returns {{floor: number, devices: number, alarms: number, cases: number, level: number}[]}
 */
export function floorRows(told, { alarms, incidents, reading }) {
  const rows = new Map(
    [0, ...told.floors.map(({ floor }) => floor)].map((floor) => [floor, { floor, devices: 0, alarms: 0, cases: 0, level: 0 }]),
  );
  const worse = (row, level) => (row.level = row.level ? Math.min(row.level, level) : level);
  const at = new Map(told.devices.map((device) => [device.id, rows.get(floorOf(device, told, reading))]));
  for (const { id, kind } of told.devices) if (kind !== "lift") at.get(id).devices += 1;
  for (const { device, active, shelved_until, level } of alarms) {
    const row = at.get(device);
    if (!row || !active || shelved_until) continue; // as layers/live/columns.py colours devices
    row.alarms += 1;
    worse(row, level);
  }
  for (const incident of casesIn(told, incidents)) {
    const row = rows.get(floorOfCase(incident, told, reading));
    row.cases += 1;
    worse(row, incident.level);
  }
  const nowhere = rows.get(0);
  const known = told.floors.map(({ floor }) => rows.get(floor)).reverse();
  return nowhere.devices || nowhere.alarms || nowhere.cases ? [...known, nowhere] : known;
}

/** The floor to open first: that of the selected case, else of the worst, else the lowest one. */
export function firstFloor(told, rows, selected, reading) {
  const wanted = selected?.building === told.id ? floorOfCase(selected, told, reading) : 0;
  if (wanted) return wanted;
  const grave = rows.filter(({ floor, level }) => floor && level).sort((a, b) => a.level - b.level || b.alarms - a.alarms);
  return grave[0]?.floor ?? told.floors.find(({ floor }) => floor > 0)?.floor ?? told.floors[0].floor;
}

/**
 * Devices by kind: how many, how many are silent or off, how many are broken.
 * @param {Row} told
 * @param {(id: string) => Row|null} reading
 * @param {Record<string, {states: string[]}>} kinds
 */
export function byKind(told, reading, kinds) {
  const found = new Map();
  for (const { id, kind } of told.devices) {
    const row = found.get(kind) ?? { kind, total: 0, off: 0, fault: 0 };
    const said = reading(id);
    const state = kinds?.[kind]?.states?.[said?.code];
    row.total += 1;
    if (said && (said.age === GONE || state === "offline")) row.off += 1;
    else if (BROKEN.has(state)) row.fault += 1;
    found.set(kind, row);
  }
  return [...found.values()].sort((a, b) => b.total - a.total || a.kind.localeCompare(b.kind));
}

/** The devices on a floor, by unit and room. */
export function devicesOn(told, floor, reading) {
  const key = ({ unit, room, id }) => [unit.padStart(4, "0"), room.padStart(6, "0"), id].join();
  return told.devices
    .filter((device) => device.kind !== "lift" && floorOf(device, told, reading) === floor)
    .sort((a, b) => key(a).localeCompare(key(b)));
}

/** The next floor for a key in the rail, or null: rows are the rail's, the highest first. */
export function stepped(rows, floor, key) {
  const far = { ArrowUp: -1, ArrowDown: 1, PageUp: -5, PageDown: 5, Home: -Infinity, End: Infinity }[key];
  if (far === undefined || !rows.length) return null;
  const index = Math.max(
    0,
    rows.findIndex((row) => row.floor === floor),
  );
  return rows[Math.min(rows.length - 1, Math.max(0, index + far))].floor;
}
