// States of devices: feature-state for what stands still, small sources for gates and for devices
// with an alarm, which must be seen however crowded it is.
import { unpackState } from "../../session/frames.mjs";
import { t } from "../../words/texts.mjs";
import { point } from "../../geometry/shapes.mjs";
import { gateIcon } from "../icons.mjs";

const WORDS = {
  open: () => t("map.gate_open"),
  closed: () => t("map.gate_closed"),
  other: () => t("map.gate_other"),
  unknown: () => t("map.gate_unknown"),
};
const FACES = { open: "open", held_open: "open", closed: "closed", unknown: "unknown" };

/**
 * @param {import("../../vendor/maplibre-gl.mjs").Map} map
 * @param {object} options
 * @param {ReturnType<typeof import("../places/sources.mjs").createPlaces>} options.places
 * @param {() => Record<string, Row>} options.kinds
 * @param {Record<string, string>} options.palette
 * @param {number[]} options.byAge opacity of a symbol by the age of what it says
 * @param {ReturnType<typeof import("./sources.mjs").createFill>} options.fill
 * @param {(id: string) => boolean} options.covered whether a case on the map tells of the device
 */
export function createDevices(map, { places, kinds, palette, byAge, fill, covered }) {
  const bytes = new Map();
  const gates = new Map();
  const alarmed = new Map();
  let model = null;
  let stirred = false;
  const hidden = new Set();

  /** Take one device's state byte; what did not change costs nothing. */
  const set = (row, byte) => {
    if (bytes.get(row.id) === byte) return;
    bytes.set(row.id, byte);
    const { code, age, level } = unpackState(byte);
    const kind = kinds()[row.kind];
    if (!kind) return;
    if (kind.layer === "gates") {
      gates.set(row.id, { row, state: kind.states[code] ?? "unknown", age, level });
      stirred = true;
      return;
    }
    map.setFeatureState({ source: "devices", id: row.id }, { code, age, level });
    if (level || alarmed.has(row.id)) stirred = true;
    if (level) alarmed.set(row.id, { row, age, level, kind });
    else alarmed.delete(row.id);
  };

  const gateFeature = ({ row, state, age, level }) => {
    const face = FACES[state] ?? "other";
    const icon = gateIcon(map, palette, { state: face, level, word: WORDS[face]() });
    return point(row.lonlat, { id: row.id, name: row.name, icon, opacity: byAge[age] });
  };

  const alarmFeature = ({ row, age, level, kind }) =>
    point(row.lonlat, {
      id: row.id,
      level,
      opacity: byAge[age],
      height: row.height ?? 0,
      glyph: kind.layer === "cameras" ? "" : kind.glyph,
      shape: kind.layer === "cameras" ? "disc" : "square",
    });

  const shown = ({ row, kind }) => !hidden.has(kind.layer) && !hidden.has(`${kind.layer}/${row.kind}`);

  const draw = () => {
    stirred = false;
    fill("gates", [...gates.values()].map(gateFeature));
    const loud = [...alarmed.values()].filter((one) => shown(one) && one.kind.layer === "sensors" && !covered(one.row.id));
    fill("alarmed", loud.map(alarmFeature));
  };

  const everything = () => {
    for (const { id, start } of model?.compounds ?? []) {
      const place = places.get(id);
      place?.devices.forEach((row) => set(row, model.state[start + row.offset] ?? 7));
    }
    if (stirred) draw();
  };

  return {
    connect: (newModel) => (model = newModel),
    everything,
    /** A compound's description arrived: its gates are drawn even before anything is known of them. */
    learn: (place) => {
      model?.know(
        place.id,
        place.version,
        place.devices.map(({ id }) => id),
      );
      for (const row of place.devices) bytes.delete(row.id);
      for (const row of place.devices) if (kinds()[row.kind]?.layer === "gates") set(row, 7);
      everything();
      draw();
    },
    /** A compound is no longer held: nothing of its devices is, either. */
    forget: (place) => {
      for (const { id } of place.devices) {
        for (const held of [bytes, gates, alarmed]) held.delete(id);
        map.removeFeatureState({ source: "devices", id });
      }
      draw();
    },
    rows: ({ index, state }) => {
      for (let i = 0; i < index.length; i++) {
        const id = model.deviceId(index[i]);
        const row = id && places.device(id);
        if (row) set(row, state[i]);
      }
      if (stirred) draw();
    },
    /** Show or hide kinds; the static symbols follow a filter, the loud ones are drawn anew. */
    show: (name, visible) => {
      if (visible) hidden.delete(name);
      else hidden.add(name);
      const kindsOff = [...hidden].filter((one) => one.startsWith("sensors/")).map((one) => one.slice(8));
      for (const id of ["sensors", "sensor-dots"]) map.setFilter(id, withKinds(kindsOff, map.getFilter(id)));
      draw();
    },
    redraw: draw,
  };
}

/** The sensors' filter without the kinds that are switched off. */
export function withKinds(off, filter) {
  const kept = filter.filter((part) => part[1]?.[0] !== "in");
  return off.length ? [...kept, ["!", ["in", ["get", "kind"], ["literal", off]]]] : kept;
}
