import { pathToFileURL } from 'node:url'
import { propertyOf } from './property-of.ts'

const beyondNode: ReadonlySet<unknown> = new Set([
  'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX',
  'ERR_MODULE_NOT_FOUND',
])

/**
 * Imports a TypeScript file as it is. A Node that takes types out by itself does so; for what it cannot do, such as enums
 * and names without endings, and on an older Node, tsx does.
 */
export async function importTypeScript(file: string): Promise<unknown> {
  const { href } = pathToFileURL(file)
  if (!stripsTypes()) {
    await understandTypeScript()
    return import(href)
  }
  try {
    return await import(href)
  } catch (error) {
    if (!beyondNode.has(propertyOf(error, 'code'))) throw error
    return (await import('tsx/esm/api')).tsImport(href, import.meta.url)
  }
}

/** As ES modules and, in a folder whose package.json does not say `"type": "module"`, as CommonJS. */
async function understandTypeScript(): Promise<void> {
  const [esm, commonJs] = await Promise.all([import('tsx/esm/api'), import('tsx/cjs/api')])
  commonJs.register()
  esm.register()
}

/** Node 22.18 and later run TypeScript by taking its types out. */
function stripsTypes(): boolean {
  return typeof propertyOf(process.features, 'typescript') === 'string'
}
