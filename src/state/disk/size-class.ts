/** Sizes are whole numbers of these. */
export const unitBytes = 8
const exactUnits = 8

/*
 * Records are given sizes of a class each: up to eight units every number of them, then four to a doubling. So a record may
 * grow a little where it lies, and the class tells in seven bits how many bytes it has there.
 */

/** The smallest class that has room for so many bytes. */
export function classOf(bytes: number): number {
  const units = Math.ceil(bytes / unitBytes)
  if (units <= exactUnits) return units
  const doublings = 31 - Math.clz32(units - 1)
  return exactUnits + 4 * (doublings - 3) + ((units - 1) >>> (doublings - 2)) - 3
}

/** The bytes of a class. */
export function bytesOfClass(sizeClass: number): number {
  if (sizeClass <= exactUnits) return unitBytes * sizeClass
  const step = sizeClass - exactUnits - 1
  return unitBytes * (5 + (step & 3)) * 2 ** (1 + (step >> 2))
}
