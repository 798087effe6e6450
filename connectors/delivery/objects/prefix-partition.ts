import { InvalidRow, shown } from './format.ts'
import { emptyValue, escaped } from './partition-path.ts'
import { invalid, type PrefixPiece, prefixPieces } from './prefix-expression.ts'
import { randomPlace } from './random-string.ts'
import { timeText } from './time-text.ts'
import type { OffsetAt } from './time-zone.ts'

/** How a prefix comes to its values. */
export interface PrefixOptions<T> {
  readonly prefix: string
  readonly offsetAt: OffsetAt
  readonly partitionKeys: ((row: T) => Readonly<Record<string, string>>) | undefined
  readonly errorOutputType: ((row: T) => string) | undefined
}

/** Firehose's own limit, in characters. */
const longestPrefix = 512
const longestNameBytes = 255
/** How many values of partition keys are remembered with what they look like in a name. */
const remembered = 16_384

/**
 * The folder of a row, without a slash at its end, by a prefix with expressions as Firehose has them.
 *
 * @throws MillraceError `OPTION_INVALID` for a prefix that cannot be.
 */
export function prefixPartition<T>({
  prefix,
  offsetAt,
  partitionKeys,
  errorOutputType,
}: PrefixOptions<T>): (row: T, timestamp: number) => string {
  const setting = { hasKeys: partitionKeys !== undefined, ofErrors: errorOutputType !== undefined }
  const pieces = prefixPieces(prefix, setting)
  const texts = pieces.map((piece) => textOf(piece, offsetAt))
  const valueText = rememberedText()
  const folderOf = (keys: Readonly<Record<string, unknown>>, errorType: string, timestamp: number) => {
    let folder = ''
    for (const text of texts) {
      if (typeof text === 'string') folder += text
      else if (typeof text === 'function') folder += text(timestamp)
      else folder += text.key === undefined ? errorType : valueText(text.key, keys[text.key])
    }
    return folder.slice(0, -1)
  }
  refuseUnnamable(prefix, folderOf(namedBy(pieces), 'x', 0))
  return (row, timestamp) => {
    const errorType = errorOutputType === undefined ? '' : valueText('errorOutputType', errorOutputType(row))
    const folder = folderOf(partitionKeys?.(row) ?? {}, errorType, timestamp)
    // Shorter ones cannot break a limit.
    if (folder.length * 3 > longestNameBytes) refuseLong(folder)
    return folder
  }
}

type Text = string | ((timestamp: number) => string) | { readonly key: string | undefined }

function textOf(piece: PrefixPiece, offsetAt: OffsetAt): Text {
  if (piece.kind === 'text') return piece.text
  if (piece.kind === 'time') return timeText(piece.pattern, offsetAt)
  if (piece.kind === 'random') return randomPlace
  return { key: piece.kind === 'key' ? piece.key : undefined }
}

const namedBy = (pieces: readonly PrefixPiece[]) =>
  Object.fromEntries(pieces.flatMap((piece) => (piece.kind === 'key' ? [[piece.key, 'x']] : [])))

/** The value of a key as it stands in a name. */
function rememberedText(): (key: string, value: unknown) => string {
  const known = new Map<unknown, string>()
  return (key, value) => {
    const text = known.get(value)
    if (text !== undefined) return text
    if (known.size >= remembered) known.clear()
    const written = valueInName(key, value)
    known.set(value, written)
    return written
  }
}

function valueInName(key: string, value: unknown): string {
  if (typeof value !== 'string')
    throw new InvalidRow(`partition key ${key} takes a string, not ${shown(value)}`)
  if (/\p{Surrogate}/u.test(value))
    throw new InvalidRow(`partition key ${key} has a lone surrogate: ${shown(value)}`)
  if (value === '') return emptyValue
  // A folder cannot be named so, and a key that is, leads to another place.
  return /^\.+$/.test(value) ? value.replaceAll('.', '%2E') : escaped(value)
}

function refuseUnnamable(prefix: string, folder: string): void {
  if (folder.length >= longestPrefix) throw invalid(prefix, `is longer than ${longestPrefix} characters`)
  const parts = folder.split('/')
  if (parts.some((part) => part === '' || part === '.' || part === '..')) {
    throw invalid(
      prefix,
      'has a part between slashes that is empty, "." or "..", or a slash at its beginning',
    )
  }
  if (/[\p{Cc}\\]/u.test(folder) || /\p{Surrogate}/u.test(folder)) {
    throw invalid(prefix, 'has a control character, a backslash or half a character')
  }
}

function refuseLong(folder: string): void {
  if (folder.length >= longestPrefix)
    throw new InvalidRow(`its prefix is longer than ${longestPrefix} characters: ${shown(folder)}`)
  const long = folder.split('/').find((part) => Buffer.byteLength(part) > longestNameBytes)
  if (long !== undefined)
    throw new InvalidRow(`a part of its prefix is longer than a name can be: ${shown(long)}`)
}
