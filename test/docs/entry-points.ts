import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path/posix'
import { root } from '../compiler.ts'

/** A name that an entry point exports. */
export interface Export {
  readonly name: string
  readonly isType: boolean
  /** The entry point, such as `millrace/operators`. */
  readonly from: string
  /** The file that declares it, as a path in the package. */
  readonly file: string
}

/** What all entry points of the package export. */
export function publicExports(): Export[] {
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  return Object.entries<string | { default: string }>(exports).flatMap(([point, target]) => {
    if (typeof target === 'string') return []
    const index = target.default.replace('./dist/', '').replace(/\.js$/, '.ts')
    return exportsOf(index, point.replace(/^\./, 'millrace'))
  })
}

function exportsOf(index: string, from: string): Export[] {
  const lists = readFileSync(join(root, index), 'utf8').matchAll(/export (type )?\{([^}]*)\} from '([^']+)'/g)
  return [...lists].flatMap(([, type, names = '', path = '']) => {
    const listed = names.split(',').map((name) => name.trim())
    return listed
      .filter((name) => name !== '')
      .map((name) => ({
        name: name.replace(/^type /, ''),
        isType: type !== undefined || name.startsWith('type '),
        from,
        file: join(dirname(index), path),
      }))
  })
}

/** Whether the declaration of an export has a docstring right above it; an overloaded one has it above the first. */
export function isDocumented({ name, file }: Export): boolean {
  const lines = readFileSync(join(root, file), 'utf8').split('\n')
  const declaration = new RegExp(`^export (async )?(function\\*?|interface|type|const|class) ${name}\\b`)
  const line = lines.findIndex((text) => declaration.test(text))
  return lines[line - 1]?.trimEnd().endsWith('*/') ?? false
}
