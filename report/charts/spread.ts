/** Moves positions apart until each is at least `gap` from its neighbours, keeping their order and, roughly, their centre. */
export function spread(positions: readonly number[], gap: number): number[] {
  const order = positions
    .map((_, index) => index)
    .sort((a, b) => at(positions, a) - at(positions, b));
  const placed = [...positions];
  let block: number[] = [];
  const settle = (): void => {
    const centre = block.reduce((sum, index) => sum + at(positions, index), 0) / block.length;
    for (const [place, index] of block.entries()) {
      placed[index] = centre + (place - (block.length - 1) / 2) * gap;
    }
  };
  for (const index of order) {
    const last = block.at(-1);
    if (last !== undefined && at(positions, index) - at(placed, last) >= gap) block = [];
    block.push(index);
    settle();
  }
  return placed;
}

function at(values: readonly number[], index: number): number {
  return values[index] as number;
}
