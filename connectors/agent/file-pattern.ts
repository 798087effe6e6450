import { resolve } from 'node:path'
import { MillraceError } from '../../src/errors.ts'

/** What a name in a path must be: any number of folders, none too (`**`), or a name. */
export type PathPart = { readonly kind: 'any-folders' } | { readonly kind: 'name'; readonly name: RegExp }

/** Paths that match, as a place on the disk to look from and what comes below it. */
export interface FilePattern {
  readonly text: string
  /** The folder that its names without wildcards lead to, as an absolute path. */
  readonly base: string
  readonly parts: readonly PathPart[]
}

const compressed = /\.(gz|bz2|zip|xz|zst|lz4|Z)$/i

/** Whether a name is that of a compressed file: those are not lines. */
export function isCompressed(name: string): boolean {
  return compressed.test(name)
}

/**
 * Reads a pattern: `*` and `?` stand for characters of a name, `[ab]` and `[!ab]` for one character, `{a,b}` for one of
 * several texts, `**` for folders in between. A backslash takes the meaning from what follows. Names that begin with a
 * dot are found only by patterns that do so too.
 *
 * @throws MillraceError `OPTION_INVALID`
 */
export function filePattern(text: string): FilePattern {
  const names = text.split('/')
  if (names.at(-1) === '' || text === '') throw invalid(text, 'names no file')
  if (isCompressed(text)) throw invalid(text, 'is of compressed files, which cannot be read')
  const plain = names.findIndex((name) => /[*?[{]/.test(name))
  const first = plain === -1 ? names.length - 1 : plain
  const base = names.slice(0, first).map(unescaped).join('/')
  return {
    text,
    base: resolve(base === '' && text.startsWith('/') ? '/' : base),
    parts: names.slice(first).map((name) => partOf(name, text)),
  }
}

function partOf(name: string, text: string): PathPart {
  if (name === '**') return { kind: 'any-folders' }
  const hidden = name.startsWith('.') ? '' : '(?!\\.)'
  try {
    return { kind: 'name', name: new RegExp(`^${hidden}${expressionOf(name)}$`, 'su') }
  } catch (cause) {
    throw invalid(text, 'is not a pattern of file names', cause)
  }
}

const token =
  /\\(?<escaped>.)|\[(?<not>[!^]?)(?<set>\]?[^\]]*)\]|\{(?<texts>[^{}]*)\}|(?<wild>\*+|\?)|(?<plain>.)/gsu

function expressionOf(name: string): string {
  return name.replace(token, (...match) => {
    const { escaped, not, set, texts, wild, plain } = match.at(-1)
    if (set !== undefined) return `[${not === '' ? '' : '^'}${set.replace(/[\\[\]^]/g, '\\$&')}]`
    if (texts !== undefined) return `(?:${texts.split(',').map(expressionOf).join('|')})`
    if (wild !== undefined) return wild === '?' ? '.' : '.*'
    return literal(escaped ?? plain)
  })
}

function literal(character: string): string {
  return /[\^$\\.*+?()[\]{}|/]/.test(character) ? `\\${character}` : character
}

function unescaped(name: string): string {
  return name.replace(/\\(.)/gs, '$1')
}

function invalid(text: string, complaint: string, cause?: unknown): MillraceError {
  return new MillraceError('OPTION_INVALID', `the pattern ${JSON.stringify(text)} ${complaint}`, { cause })
}
