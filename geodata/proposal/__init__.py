"""What an import proposes for a compound of which only outline and buildings are known.

Everything made here carries ``proposed: true`` until a person confirms it. The rules, each the same
for the same seed and input:

* floors: height / 2.9 m, at least one; a lift from seven floors up (``doors``);
* doors: one a unit in the long façade that faces most to the north; units by length (``doors``);
* ways: the middle line of the free ground between buildings and wall, dead ends cut off; broad and
  outermost ones are roads, narrow ones footpaths; gates where a way comes nearest to the boundary
  in the east, south, west and north (``ways``, ``gates``);
* grids: one for about twelve buildings, counted along the compound, bounded half-way between
  buildings (``grids``);
* greens, bays and walls: what ways and buildings leave over (``ground``);
* devices: cameras at gates and then where they see most ways that no other camera sees; lamps,
  covers, detectors and the rest at usual distances (``geodata.cameras``, ``devices``);
* responders: posts without names of persons, one grid officer a grid (``crew``).
"""
