// What this browser keeps for a person from one visit to the next.

/** Remember or recall a value in this browser; a closed storage is no error. */
export const memory = {
  get(key, otherwise = null) {
    try {
      return JSON.parse(localStorage.getItem(key)) ?? otherwise;
    } catch {
      return otherwise;
    }
  },
  set(key, value) {
    try {
      localStorage.setItem(key, JSON.stringify(value));
    } catch {
      // private windows may refuse; the choice then lasts until the page is left
    }
  },
};
