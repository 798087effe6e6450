import { existsSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { exponentialDelay } from '../contract/restart-strategy.ts'
import { isMillraceError, MillraceError } from '../errors.ts'
import type { Job } from '../job.ts'
import { codeOf } from './code-of.ts'
import { importTypeScript } from './import-typescript.ts'
import { propertyOf } from './property-of.ts'

/**
 * The job that a file exports as its default. TypeScript runs as it is: on a Node that strips types by itself, and
 * elsewhere through tsx.
 *
 * @throws MillraceError `JOB_INVALID`, or what building the job threw.
 */
export async function loadJob(path: string): Promise<Job> {
  const file = resolve(path)
  if (!existsSync(file)) throw invalid('there is no such job file', file)
  if (!statSync(file).isFile()) throw invalid('the job file is a folder', file)
  const exported = defaultOf(await importFile(file))
  if (exported === undefined) {
    throw invalid('the job file has no default export: end it with `export default job(…)`', file)
  }
  if (!isJob(exported)) {
    throw invalid(`the default export is ${kindOf(exported)}, not what job(…) gives`, file)
  }
  return { ...unsaid, code: codeOf(file), ...exported }
}

async function importFile(file: string): Promise<unknown> {
  try {
    return await (/\.[cm]?tsx?$/.test(file) ? importTypeScript(file) : import(pathToFileURL(file).href))
  } catch (error) {
    if (isMillraceError(error)) throw error.at({ file })
    throw invalid(complaint(error), file, error)
  }
}

/** What the job of an earlier copy of the package, which the job file may have brought, does not say. */
const unsaid: Partial<Job> = { restart: exponentialDelay(), evolution: {}, dropState: [] }

/** CommonJS wraps a default export in another one, some loaders in two. */
function defaultOf(module: unknown, depth = 3): unknown {
  const exported = propertyOf(module, 'default')
  if (isJob(exported) || depth === 1) return exported
  return defaultOf(exported, depth - 1) ?? exported
}

function complaint(error: unknown): string {
  const name = propertyOf(error, 'name')
  if (/does not provide an export named/.test(String(propertyOf(error, 'message')))) {
    return `the job file, or a file that it imports, imports what is not there${placeOf(error)}`
  }
  if (name === 'SyntaxError' || name === 'TransformError') {
    return `the job file, or a file that it imports, does not parse${placeOf(error)}`
  }
  if (propertyOf(error, 'code') === 'ERR_MODULE_NOT_FOUND') return 'the job file imports what is not there'
  return 'the job file threw while it was loaded'
}

/** Node puts the place of a syntax error on the first line of its stack only; tsx has it in the message. */
function placeOf(error: unknown): string {
  const [place] = /^(?:file:|\/|[A-Za-z]:\\).*:\d+$/.exec(firstLine(error)) ?? []
  return place === undefined ? '' : ` (${place})`
}

function firstLine(error: unknown): string {
  const [line = ''] = (error instanceof Error ? (error.stack ?? '') : '').split('\n')
  return line
}

/** By its looks, not by its class: the job file may have brought another copy of the package. */
function isJob(value: unknown): value is Job {
  return (
    typeof propertyOf(value, 'name') === 'string' &&
    Array.isArray(propertyOf(propertyOf(value, 'graph'), 'nodes')) &&
    typeof propertyOf(propertyOf(value, 'checkpoint'), 'everyMs') === 'number'
  )
}

function kindOf(value: unknown): string {
  if (value === null) return 'null'
  return typeof value === 'object' || typeof value === 'undefined'
    ? `an ${typeof value}`
    : `a ${typeof value}`
}

function invalid(happened: string, file: string, cause?: unknown): MillraceError {
  return new MillraceError('JOB_INVALID', happened, { where: { file }, cause })
}
