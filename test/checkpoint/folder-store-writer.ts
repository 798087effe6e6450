// Writes a blob of so many bytes into a folder store and prints the outcome: node … folder name size.
import { folderStore } from '../../src/checkpoint/folder-store.ts'
import { MillraceError, reasons } from '../../src/errors.ts'

const [folder = '', name = '', size = '0'] = process.argv.slice(2)
process.stdout.write('writing\n')
try {
  process.stdout.write(`${await folderStore(folder).writeOnce(name, new Uint8Array(Number(size)).fill(7))}\n`)
} catch (error) {
  process.stdout.write(`${error instanceof MillraceError ? error.code : ''} ${reasons(error).join(' | ')}\n`)
}
