import { MillraceError } from '../../../src/errors.ts'

/** A piece of a prefix: text as it is, or an expression. */
export type PrefixPiece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'time'; readonly pattern: string }
  | { readonly kind: 'key'; readonly key: string }
  | { readonly kind: 'random' }
  | { readonly kind: 'error-type' }

/** What stands around a prefix and decides what it may contain. */
export interface PrefixSetting {
  /** Whether there is `partitionKeys`. */
  readonly hasKeys: boolean
  /** Whether it is for records that failed. */
  readonly ofErrors: boolean
}

const byTheHour: readonly PrefixPiece[] = [
  { kind: 'time', pattern: 'yyyy/MM/dd/HH' },
  { kind: 'text', text: '/' },
]

/**
 * The pieces of a prefix, by the rules of Firehose: an expression is `!{namespace:value}`, and a prefix without a time
 * gets the hour at its end, unless it is for errors.
 *
 * @throws MillraceError `OPTION_INVALID` with what breaks a rule.
 */
export function prefixPieces(prefix: string, setting: PrefixSetting): readonly PrefixPiece[] {
  const pieces = parsed(prefix)
  const has = (kind: PrefixPiece['kind']) => pieces.some((piece) => piece.kind === kind)
  if (!endsFolder(pieces.at(-1))) {
    throw invalid(prefix, 'must end with "/": names of files would go on with it')
  }
  if (has('error-type') && !setting.ofErrors) {
    throw invalid(
      prefix,
      'has !{firehose:error-output-type}, which is only for errors: set `errorOutputType`',
    )
  }
  if (setting.ofErrors && !has('error-type') && pieces.some(({ kind }) => kind !== 'text')) {
    throw invalid(
      prefix,
      'is for errors and has expressions: !{firehose:error-output-type} must be among them',
    )
  }
  if (setting.ofErrors && has('key')) throw invalid(prefix, 'is for errors, which have no partition keys')
  if (has('key') && !setting.hasKeys) throw invalid(prefix, 'has a partition key: set `partitionKeys`')
  if (setting.hasKeys && !has('key')) {
    throw invalid(prefix, 'uses none of `partitionKeys`: write !{partitionKeyFromQuery:name}')
  }
  return has('time') || setting.ofErrors ? pieces : [...pieces, ...byTheHour]
}

function endsFolder(piece: PrefixPiece | undefined): boolean {
  if (piece?.kind === 'time') return /\/'?$/.test(piece.pattern)
  return piece === undefined || (piece.kind === 'text' && piece.text.endsWith('/'))
}

function parsed(prefix: string): PrefixPiece[] {
  const pieces: PrefixPiece[] = []
  for (let rest = prefix; rest !== ''; ) {
    const start = rest.indexOf('!{')
    const text = start === -1 ? rest : rest.slice(0, start)
    if (text !== '') pieces.push({ kind: 'text', text })
    if (start === -1) break
    const end = rest.indexOf('}', start)
    if (end === -1) throw invalid(prefix, 'has !{ without }')
    pieces.push(expression(prefix, rest.slice(start + 2, end)))
    rest = rest.slice(end + 1)
  }
  return pieces
}

function expression(prefix: string, inner: string): PrefixPiece {
  const colon = inner.indexOf(':')
  const [namespace, value] = [inner.slice(0, Math.max(0, colon)), inner.slice(colon + 1)]
  if (namespace === 'timestamp' && value !== '') return { kind: 'time', pattern: value }
  if (/^partitionKeyFrom(Query|Lambda)$/.test(namespace) && value !== '') return { kind: 'key', key: value }
  if (inner === 'firehose:random-string') return { kind: 'random' }
  if (inner === 'firehose:error-output-type') return { kind: 'error-type' }
  throw invalid(
    prefix,
    `has !{${inner}}, which is none of !{timestamp:…}, !{partitionKeyFromQuery:…}, !{partitionKeyFromLambda:…}, !{firehose:random-string} and !{firehose:error-output-type}`,
  )
}

export function invalid(prefix: string, what: string): MillraceError {
  return new MillraceError('OPTION_INVALID', `the prefix ${JSON.stringify(prefix)} ${what}`)
}
