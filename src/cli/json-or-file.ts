import { readFileSync, statSync } from 'node:fs'
import { MillraceError } from '../errors.ts'

const largestFile = 2 ** 20

/**
 * The JSON that an option gives: itself, if it begins as an object or a list does, else in the file of that name.
 *
 * @throws MillraceError OPTION_INVALID
 */
export function jsonOrFile(option: string, text: string): unknown {
  const isJson = /^\s*[[{]/.test(text)
  try {
    return JSON.parse(isJson ? text : fileText(text))
  } catch (cause) {
    const what = isJson ? 'is not JSON' : `names ${text}, which cannot be read as JSON`
    throw new MillraceError('OPTION_INVALID', `${option} ${what}`, { cause })
  }
}

function fileText(path: string): string {
  const { size } = statSync(path)
  if (size > largestFile) throw new RangeError(`it has ${size} bytes; at most ${largestFile} are read`)
  return readFileSync(path, 'utf8')
}
