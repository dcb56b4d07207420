// Incidents on the map: a mark of their level's shape, the building they are in lit through, a ring
// that beats while nobody has acknowledged a level Ⅰ.
import { Marker } from "../vendor/maplibre-gl.mjs";
import { centroid, collection, grown, moved, point } from "./geometry.mjs";

const FINISHED = new Set(["closed", "rejected", "cancelled"]);
const LIT_UP_TO = 2; // levels that light their building even when they are not selected
const STOREY_M = 3;

/**
 * Where an incident is drawn, and how high: on its floor when that is known.
 * @param {object} incident
 * @param {object|undefined} building feature
 */
export function spotOf(incident, building) {
  const lonlat = incident.lonlat ?? (building ? centroid(building.geometry.coordinates[0]) : null);
  if (!lonlat) return null;
  const { height = 0, floors = 0 } = building?.properties ?? {};
  if (!incident.floor || !building) return { lonlat, height: building ? Math.min(height, STOREY_M) : 0 };
  const storey = floors ? height / floors : STOREY_M;
  return { lonlat, height: Math.min(height, (incident.floor - 0.5) * storey) };
}

/** Move marks at the same spot apart, a few metres east of each other. */
export function apart(spots) {
  const taken = new Map();
  return spots.map((spot) => {
    const key = `${spot.lonlat[0].toFixed(5)},${spot.lonlat[1].toFixed(5)}`;
    const number = taken.get(key) ?? 0;
    taken.set(key, number + 1);
    return number ? { ...spot, lonlat: moved(spot.lonlat, 7 * number, -3 * number) } : spot;
  });
}

/** The building of a case as light: all of it, and brighter the storey it is about. */
export function litShapes(building, { level, floor }) {
  const { id, height, floors } = building.properties;
  const ring = building.geometry.coordinates[0];
  const shape = (by, base, top, bright) => ({
    type: "Feature", geometry: { type: "Polygon", coordinates: [grown(ring, by)] },
    properties: { id, level, base, height: top, bright },
  });
  const found = [shape(0.05, 0, height, false)];
  if (floor > 0 && floors > 1 && floor <= floors)
    found.push(shape(0.5, ((floor - 1) * height) / floors, (floor * height) / floors, true));
  return found;
}

/**
 * @param {import("../vendor/maplibre-gl.mjs").Map} map
 * @param {object} options
 */
export function createCases(map, { places, titleOf, palette, visible }) {
  const rings = new Map();
  let lit = new Set();
  let selected = null;
  let rows = new Map();

  const draw = () => {
    const open = [...rows.values()].filter((row) => !FINISHED.has(row.state));
    const spots = open.map((row) => ({ row, ...(spotOf(row, places.building(row.building)) ?? { lonlat: null }) })).filter(({ lonlat }) => lonlat);
    const found = apart(spots);
    map.getSource("incidents").setData(collection(found.map(feature)));
    light(open);
    beat(found);
  };

  const feature = ({ row, lonlat, height }) =>
    point(lonlat, {
      id: row.id, level: row.level, height, selected: row.id === selected,
      label: `${titleOf(row.kind)}${row.place ? ` · ${row.place}` : ""}`,
      order: (row.id === selected ? 0 : 10) + row.level,
      opacity: selected && row.id !== selected && !(row.level === 1 && row.unacked) ? 0.6 : 1,
    });

  /** Light the buildings of grave or selected cases; the worst level gives the colour. */
  const light = (open) => {
    const worst = new Map();
    for (const row of open) {
      if (!row.building || (row.level > LIT_UP_TO && row.id !== selected)) continue;
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
    for (const id of new Set([...lit, ...now]))
      if (lit.has(id) !== now.has(id))
        for (const source of ["buildings", "floors"]) map.setFeatureState({ source, id }, { lit: now.has(id) ? 1 : 0 });
    lit = now;
    map.getSource("lit").setData(collection(shapes));
  };

  /** Rings are page elements: they beat without a single new frame of the map. */
  const beat = (found) => {
    const loud = new Map(found.filter(({ row }) => row.level === 1 && row.unacked && visible()).map((spot) => [spot.row.id, spot]));
    for (const [id, ring] of rings)
      if (!loud.has(id)) {
        ring.remove();
        rings.delete(id);
      }
    for (const [id, { lonlat }] of loud) {
      if (!rings.has(id)) rings.set(id, new Marker({ element: ringNode(palette.level1) }).setLngLat(lonlat).addTo(map));
      rings.get(id).setLngLat(lonlat);
    }
  };

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
      return row ? spotOf(row, places.building(row.building)) : null;
    },
    selected: () => rows.get(selected) ?? null,
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
