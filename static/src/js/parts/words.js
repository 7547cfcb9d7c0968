// Words as the limit counts them; the same rule as pglab/core/text.py, held together by tests/support/word_vectors.json.
const BETWEEN = /[\s\x1c-\x1f\x85\u00a0\u1680\u2000-\u200b\u2028\u2029\u202f\u205f\u2060\u3000\u3164\u115f\u1160\uffa0\ufeff]+/u;
const LETTER_OR_DIGIT = /[\p{L}\p{N}]/u;

/** How many runs of signs between white space hold a letter or a digit. */
export function countWords(text) {
  return text.split(BETWEEN).filter((run) => LETTER_OR_DIGIT.test(run)).length;
}
