/**
 * The shortest prefix of a list that still fails, then without what is not needed in it.
 *
 * @param fails Whether a list fails. Known to be so of the whole.
 */
export async function shortestFailing<T>(
  all: readonly T[],
  fails: (some: readonly T[]) => Promise<boolean>,
): Promise<readonly T[]> {
  let failing = all
  for (let length = 0; length < all.length; length += 1) {
    failing = all.slice(0, length)
    if (await fails(failing)) break
    failing = all
  }
  for (const one of failing) {
    const without = failing.filter((other) => other !== one)
    if (await fails(without)) failing = without
  }
  return failing
}
