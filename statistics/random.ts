/** A generator of pseudo-random numbers; the same seed gives the same numbers on every machine. */
export interface Random {
  /** The next 32 bits, 0 to 2^32 - 1. */
  next(): number;
  /** An integer from 0 to `bound` - 1; `bound` is at most 2^32. */
  below(bound: number): number;
}

/** xoshiro128** 1.1 (Blackman and Vigna, https://prng.di.unimi.it/xoshiro128starstar.c), its state filled by splitmix32. */
export function createRandom(seed: number): Random {
  const fill = splitmix32(seed);
  return xoshiro128([fill(), fill(), fill(), fill()]);
}

/** The generator over a given state of four 32-bit words, not all zero. */
export function xoshiro128(state: readonly [number, number, number, number]): Random {
  let [a, b, c, d] = state;
  const next = (): number => {
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotate(d, 11);
    return result;
  };
  return { next, below: (bound) => Math.floor((next() / 0x1_0000_0000) * bound) };
}

function rotate(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}

function splitmix32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let word = state ^ (state >>> 16);
    word = Math.imul(word, 0x21f0aaad);
    word = Math.imul(word ^ (word >>> 15), 0x735a2d97);
    return word ^ (word >>> 15);
  };
}
