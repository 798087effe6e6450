/**
 * A length of time, as text with its unit: `'500ms'`, `'30s'`, `'5m'`, `'1h'`, `'1d'`. A day is 24 hours. The compiler
 * knows the units; a space, a sign or an exponent in the number is refused when the job is described.
 */
export type Duration = `${number}${'ms' | 's' | 'm' | 'h' | 'd'}`

/** An amount of bytes, as text with its unit: `'64KiB'`, `'128MiB'`, `'1GiB'`. */
export type Size = `${number}${'B' | 'KiB' | 'MiB' | 'GiB'}`

const msPerUnit: Readonly<Record<string, number>> = { ms: 1, s: 1e3, m: 60e3, h: 3600e3, d: 86_400e3 }
const bytesPerUnit: Readonly<Record<string, number>> = { B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 }

/**
 * The milliseconds of a duration.
 *
 * @throws RangeError if the text is not a number of at least zero followed by a unit.
 * @example
 * milliseconds('1.5s') // 1500
 */
export function milliseconds(duration: Duration): number {
  return measure(duration, msPerUnit, 'a duration such as "30s"')
}

/**
 * The bytes of a size.
 *
 * @throws RangeError if the text is not a number of at least zero followed by a unit.
 * @example
 * bytes('2KiB') // 2048
 */
export function bytes(size: Size): number {
  return measure(size, bytesPerUnit, 'a size such as "128MiB"')
}

function measure(text: string, units: Readonly<Record<string, number>>, wanted: string): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)([A-Za-z]+)$/.exec(text) ?? []
  const factor = unit === undefined ? undefined : units[unit]
  if (amount === undefined || factor === undefined) {
    throw new RangeError(`${JSON.stringify(text)} is not ${wanted}: use ${Object.keys(units).join(', ')}`)
  }
  return Number(amount) * factor
}
