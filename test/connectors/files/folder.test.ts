import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { folder } from '../../../connectors/files/index.ts'
import { systemClock } from '../../../src/contract/system.ts'
import { objectDestinationContract } from '../../contract/object-destination.ts'
import { filesIn, idsOfContent } from '../delivery/objects/lake.ts'

const scratch = mkdtempSync(join(tmpdir(), 'millrace-folder-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))
let folders = 0

objectDestinationContract('a folder', () => {
  const path = join(scratch, `${++folders}`)
  const isStaged = (file: string) => file.startsWith('_staging')
  return {
    destination: folder(path),
    clock: systemClock,
    visible: () => {
      const names = filesIn(path).filter((file) => !isStaged(file))
      return new Map(names.map((file) => [file, readFileSync(join(path, file))]))
    },
    stagedCount: () => filesIn(path).filter(isStaged).length,
    endStaged: () => rmSync(join(path, '_staging'), { recursive: true }),
    idsOf: async (contents) => (await Promise.all(contents.map(idsOfContent))).flat(),
  }
})
