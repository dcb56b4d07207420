// What a page knows: things that have words, panel values, and every device in view as arrays.
import { UNKNOWN_CODE, decodeState } from "./frames.mjs";

const SORTS = ["incidents", "alarms", "responders"];
const NEVER = UNKNOWN_CODE | (3 << 3);

/**
 * @typedef {ReturnType<typeof createModel>} Model
 * An empty model. Device arrays count from 0 over the compounds of the last snapshot, in its order.
 */
export function createModel() {
  const things = Object.fromEntries(SORTS.map((sort) => [sort, new Map()]));
  const known = new Map(); // compound -> {version, devices}
  let kinds = {};
  let index = new Map(); // device id -> index, built when first asked for

  const model = {
    things,
    panels: {},
    compounds: [],
    clock: { mode: "live" },
    devices: emptyDevices(0),

    /** Replace everything by a snapshot and the device frame that goes with it. */
    reset(frame, devices) {
      for (const sort of SORTS) {
        things[sort].clear();
        for (const [id, thing] of Object.entries(frame.things?.[sort] ?? {})) things[sort].set(id, thing);
      }
      model.panels = frame.panels ?? {};
      model.clock = frame.clock ?? model.clock;
      model.compounds = offsets(frame.compounds ?? []);
      model.devices = emptyDevices(model.compounds.reduce((sum, one) => sum + one.count, 0));
      index = null;
      model.takeDevices(devices);
    },

    /** Take changed devices in; false when one stands outside the numbering. */
    takeDevices({ index: changed, value, state }) {
      const { devices } = model;
      if (changed.length && changed[changed.length - 1] >= devices.count) return false;
      for (let i = 0; i < changed.length; i += 1) {
        const at = changed[i];
        const { code, age, level } = decodeState(state[i]);
        devices.code[at] = code;
        devices.age[at] = age;
        devices.level[at] = level;
        devices.value[at] = value[i];
      }
      return true;
    },

    /** Take changed things in; null means gone. Gives the changed ids by sort. */
    takeThings(changes) {
      const changed = {};
      for (const sort of SORTS) {
        const rows = Object.entries(changes[sort] ?? {});
        for (const [id, thing] of rows) {
          if (thing === null) things[sort].delete(id);
          else things[sort].set(id, thing);
        }
        changed[sort] = rows.map(([id]) => id);
      }
      return changed;
    },

    /** Take changed panels in, whole values; gives their names. */
    takePanels(changes) {
      Object.assign(model.panels, changes);
      return Object.keys(changes);
    },

    /** Tell the model which devices a compound's description lists, in index order. */
    know(compound, version, devices) {
      known.set(compound, { version, devices });
      index = null;
    },

    /** Tell the model what device kinds are and what their states are called. */
    name(newKinds) {
      kinds = newKinds;
    },

    /** The description of the device with an index, or null when its place is not known. */
    deviceAt(at) {
      const compound = model.compounds.find((one) => at >= one.offset && at < one.offset + one.count);
      const place = compound && known.get(compound.id);
      if (!place || place.version !== compound.version) return null;
      return place.devices[at - compound.offset] ?? null;
    },

    /** The id of the device with an index, or null. */
    deviceId: (at) => model.deviceAt(at)?.id ?? null,

    /** The index of a device, or -1 when it is not in view. */
    deviceIndex(id) {
      index ??= indexed(model.compounds, known);
      return index.get(id) ?? -1;
    },

    /** What a device says: state in words, value with unit, age band, level; null when not in view. */
    deviceState(id) {
      const at = model.deviceIndex(id);
      if (at < 0) return null;
      const { code, age, level, value } = model.devices;
      const kind = kinds[model.deviceAt(at)?.kind];
      return {
        code: code[at],
        state: kind?.states[code[at]]?.word ?? kind?.unknown ?? "–",
        tone: kind?.states[code[at]]?.tone ?? "normal",
        value: Number.isNaN(value[at]) ? null : value[at],
        quantity: kind?.quantity ?? null,
        age: age[at],
        level: level[at],
      };
    },
  };
  return model;
}

function emptyDevices(count) {
  return {
    count,
    code: new Uint8Array(count).fill(NEVER & 7),
    age: new Uint8Array(count).fill(3),
    level: new Uint8Array(count),
    value: new Float32Array(count).fill(NaN),
  };
}

function offsets(compounds) {
  let offset = 0;
  return compounds.map((one) => {
    const placed = { ...one, offset };
    offset += one.count;
    return placed;
  });
}

function indexed(compounds, known) {
  const index = new Map();
  for (const { id, version, offset } of compounds) {
    const place = known.get(id);
    if (place?.version === version) place.devices.forEach((device, i) => index.set(device.id, offset + i));
  }
  return index;
}
