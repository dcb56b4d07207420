// Incidents on the map: a mark of their level's shape, the building they are in lit through, a ring
// that beats while nobody has acknowledged a level Ⅰ.
import { Marker } from "../../vendor/maplibre-gl.mjs";
import { point } from "../../geometry/shapes.mjs";
import { apart, litShapes, pixelsPerMetre, spotOf } from "./points.mjs";

const LIT_UP_TO = 2; // levels that light their building even when they are not selected

/**
 * @param {import("../../vendor/maplibre-gl.mjs").Map} map
 * @param {Row} options
 */
export function createCases(map, { places, titleOf, palette, fill, visible, edge, inside }) {
  const rings = new Map();
  const heights = new Map();
  const hidden = new Set();
  let lit = new Set();
  let covered = new Set();
  let selected = null;
  let rows = new Map();

  /** Where a case is drawn: on its floor, lifted with it while its building is open. */
  const stand = (row) => inside.spot(row) ?? spotOf(row, places.building(row.building));

  const draw = () => {
    const open = [...rows.values()].filter((row) => row.stage !== "finished");
    covered = new Set(open.map((row) => row.device).filter(Boolean));
    const spots = open.map((row) => ({ row, ...(stand(row) ?? { lonlat: null }) })).filter(({ lonlat }) => lonlat);
    const found = apart(spots);
    fill("incidents", found.map(feature));
    light(open);
    beat(found);
  };

  const feature = ({ row, lonlat, height }) =>
    point(lonlat, {
      id: row.id,
      level: row.level,
      height,
      selected: row.id === selected,
      edge: edge(lonlat),
      inside: Boolean(inside.id()), // marks elsewhere stay, and what they say leaves with the crowd
      label:
        !inside.id() || row.building === inside.id() ? [titleOf(row.kind), row.place?.split(" · ")[0]].filter(Boolean).join(" · ") : "",
      order: (row.id === selected ? 0 : 10) + row.level,
      opacity: selected && row.id !== selected && !(row.level === 1 && row.unacked) ? 0.6 : 1,
    });

  /** Light the buildings of grave or selected cases; the worst level gives the colour. */
  const light = (open) => {
    const worst = new Map();
    for (const row of open) {
      if (!row.building || row.building === inside.id() || (row.level > LIT_UP_TO && row.id !== selected)) continue;
      if (row.level < (worst.get(row.building)?.level ?? 9)) worst.set(row.building, row);
    }
    const shapes = [];
    const now = new Set();
    for (const [id, row] of worst) {
      const building = places.building(id);
      if (!building) continue;
      now.add(id);
      shapes.push(...litShapes(building, row));
    }
    lit = now;
    if (!fill("lit", shapes)) return;
    hide(
      [...hidden].filter((id) => !lit.has(id)),
      false,
    );
  };

  /** Whether a building gives way to its light. */
  const hide = (ids, away) => {
    for (const id of ids) {
      for (const source of ["buildings", "floors"]) map.setFeatureState({ source, id }, { lit: away ? 1 : 0 });
      if (away) hidden.add(id);
      else hidden.delete(id);
    }
  };
  // Not before the light stands: else there would be a hole in the town.
  map.on("sourcedata", ({ sourceId, isSourceLoaded }) => {
    if (sourceId === "lit" && isSourceLoaded)
      hide(
        [...lit].filter((id) => !hidden.has(id)),
        true,
      );
  });

  /** Rings are page elements: they beat without a single new frame of the map. */
  const beat = (found) => {
    const loud = new Map(found.filter(({ row }) => row.level === 1 && row.unacked && visible()).map((spot) => [spot.row.id, spot]));
    for (const [id, ring] of rings)
      if (!loud.has(id)) {
        ring.remove();
        rings.delete(id);
      }
    for (const [id, { lonlat, height }] of loud) {
      if (!rings.has(id)) rings.set(id, new Marker({ element: ringNode(palette.level1) }).setLngLat(lonlat).addTo(map));
      rings.get(id).setLngLat(lonlat);
      heights.set(id, height);
    }
    lift();
  };

  /** Page elements lie on the ground: raise the rings to the height of their marks. */
  const lift = () => {
    if (rings.size === 0) return;
    const metre = pixelsPerMetre(map.getCenter().lat, map.getZoom()) * Math.sin((map.getPitch() * Math.PI) / 180);
    for (const [id, ring] of rings) ring.setOffset([0, -heights.get(id) * metre]);
  };
  map.on("move", lift);
  map.on("moveend", draw); // labels stand on the side that has room

  return {
    draw: (incidents = rows) => {
      rows = incidents;
      draw();
    },
    select: (id) => {
      selected = id;
      draw();
    },
    spot: (id) => {
      const row = rows.get(id);
      return row ? stand(row) : null;
    },
    selected: () => rows.get(selected) ?? null,
    /** Whether a device is told of by an open case already: its own mark would lie under the case's. */
    covers: (device) => covered.has(device),
  };
}

function ringNode(colour) {
  const node = document.createElement("div");
  node.className = "map-beat";
  node.style.setProperty("--beat", colour);
  node.setAttribute("aria-hidden", "true");
  node.append(document.createElement("i"));
  return node;
}
