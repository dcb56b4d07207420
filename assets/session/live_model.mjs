// What the socket has said so far: things that have words, panel values, devices in view as arrays.
import { UNKNOWN_CODE, unpackState } from "./frames.mjs";

const SORTS = ["incidents", "alarms", "responders", "ways"];
const NEVER = UNKNOWN_CODE | (3 << 3);

/**
 * An empty model. Devices are numbered from 0 over the compounds of the last snapshot, in its order.
 * @typedef {ReturnType<typeof createModel>} Model
 */
export function createModel() {
  const things = Object.fromEntries(SORTS.map((sort) => [sort, new Map()]));
  const panels = {};
  const known = new Map(); // compound -> {version, ids, offsets}
  let [compounds, clock] = [[], { mode: "live" }];
  let [value, state] = [new Float32Array(0), new Uint8Array(0)];

  const merge = ({ index, value: values, state: states }) => {
    // Sorted, so the last one tells whether all lie within the numbering.
    if (index.length && index[index.length - 1] >= state.length) return false;
    for (let row = 0; row < index.length; row += 1) {
      value[index[row]] = values[row];
      state[index[row]] = states[row];
    }
    return true;
  };

  const take = (frame) => {
    for (const sort of SORTS)
      for (const [id, thing] of Object.entries(frame.things?.[sort] ?? {}))
        if (thing === null) things[sort].delete(id);
        else things[sort].set(id, thing);
    Object.assign(panels, frame.panels);
    clock = frame.clock ?? clock;
  };

  const place = (compound) => {
    const found = known.get(compound?.id);
    return found?.version === compound?.version ? found : undefined;
  };

  const indexOf = (id) => {
    const compound = compounds.find((one) => id.startsWith(`${one.id}/`));
    const offset = place(compound)?.offsets.get(id);
    return offset === undefined ? -1 : compound.start + offset;
  };

  return {
    things,
    panels,
    merge,
    take,
    indexOf,
    /** Replace everything by a snapshot and the device frame that goes with it; false if they do not fit. */
    begin: (frame, rows) => {
      let start = 0;
      compounds = (frame.compounds ?? []).map((one) => ({ ...one, start: (start += one.count) - one.count }));
      value = new Float32Array(start).fill(NaN);
      state = new Uint8Array(start).fill(NEVER);
      for (const sort of SORTS) things[sort].clear();
      for (const name of Object.keys(panels)) delete panels[name];
      take(frame);
      return merge(rows);
    },
    /** Learn the ids of a compound's devices, in index order, from its description. */
    know: (compound, version, ids) => {
      known.set(compound, { version, ids, offsets: new Map(ids.map((id, offset) => [id, offset])) });
    },
    /** The device with an index, or null while its compound's description is not known. */
    deviceId: (index) => {
      const compound = compounds.find(({ start, count }) => index >= start && index < start + count);
      return place(compound)?.ids[index - compound.start] ?? null;
    },
    /** What a device says: code, age band, worst level, value (NaN for none); null when not in view. */
    reading: (id) => {
      const index = indexOf(id);
      return index < 0 ? null : { ...unpackState(state[index]), value: value[index] };
    },
    get clock() {
      return clock;
    },
    get compounds() {
      return compounds;
    },
    get value() {
      return value;
    },
    get state() {
      return state;
    },
  };
}
