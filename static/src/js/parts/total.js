// The same formula as pglab/reviews/policy/scores.py: the sum of weight × points ÷ 5, in whole tenths, so nothing is rounded.
export function runningTotal(given) {
  const scored = given.filter((each) => each.points !== undefined && each.points !== "");
  const tenths = scored.reduce((sum, each) => sum + each.weight * Number(each.points) * 2, 0);
  return {
    total: `${Math.floor(tenths / 10)}.${tenths % 10}`,
    outOf: scored.reduce((sum, each) => sum + each.weight, 0),
    scored: scored.length,
  };
}
