// Names that the JSDoc of assets/ uses without importing them. Read by tsc alone, never by a browser.

/** A record of the live picture, or an answer of the API; docs/reference says which fields it has. */
type Row = Record<string, any>;

/** Degrees in WGS 84, as GeoJSON writes them. */
type LonLat = [lon: number, lat: number];

/** A box in degrees. */
type Bounds = [west: number, south: number, east: number, north: number];

/** What is found by a selector: which kind of element it is says the page's skeleton. */
interface ParentNode {
  querySelector(selectors: string): any;
  querySelectorAll(selectors: string): NodeListOf<any>;
}

/** A compound as /api/places sums it up. */
interface Place extends Row {
  id: string;
  /** district.street.community.compound */
  territory: string;
  bounds: Bounds;
  center: LonLat;
  /** how many devices it has */
  count: number;
}

/** Something on the map that can be pointed at, chosen or gone to. */
interface Target extends Row {
  type: string;
  id: string;
  lonlat?: LonLat;
}

/** What the popup of a target says. */
interface Card {
  title: string;
  lines: string[];
  lonlat: LonLat;
  /** metres over the ground */
  height?: number;
}

/** What the socket has said so far, by sort and id. */
interface Things {
  incidents: Map<string, Row>;
  alarms: Map<string, Row>;
  responders: Map<string, Row>;
  ways: Map<string, Row>;
}
