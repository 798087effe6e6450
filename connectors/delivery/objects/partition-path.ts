import { InvalidRow, shown } from './format.ts'

/** What Hive and its readers take for an empty value; a folder named `key=` would stop some of them. */
export const emptyValue = '__HIVE_DEFAULT_PARTITION__'

const longestNameBytes = 255
const unsafe = /[\p{Cc}"#%'*/:<=>?[\\\]^{|}]/gu

/**
 * The folder of a partition: `year=2001/month=01`, the keys in the order of the object, and `''` without keys. What
 * file systems and Hive readers take for syntax is percent-encoded, as Hive does it.
 *
 * @throws InvalidRow for a key or value that no folder can be named after.
 */
export function partitionPath(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([key, value]) => folderName(key, value))
    .join('/')
}

/** What a folder of a partition says: the other way round. */
export function partitionValues(path: string): Record<string, string> {
  if (path === '') return {}
  const pairs = path.split('/').map((name) => {
    const [key = '', value = ''] = name.split('=').map(unescaped)
    return [key, value === emptyValue ? '' : value] as const
  })
  return Object.fromEntries(pairs)
}

function unescaped(text: string): string {
  return text.replace(/%([0-9A-F]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
}

/** Text as part of the name of a file. */
export function escaped(text: string): string {
  return text.replace(unsafe, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`)
}

function folderName(key: string, value: unknown): string {
  if (typeof value !== 'string') throw new InvalidRow(`partition ${key} takes a string, not ${shown(value)}`)
  const name = `${escaped(key)}=${value === '' ? emptyValue : escaped(value)}`
  if (key === '') throw new InvalidRow('partitionBy gave a key without a name')
  if (/\p{Surrogate}/u.test(name))
    throw new InvalidRow(`partition ${key} has a lone surrogate: ${shown(value)}`)
  if (Buffer.byteLength(name) <= longestNameBytes) return name
  throw new InvalidRow(`partition ${key} is longer than the name of a folder can be: ${shown(value)}`)
}
