import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { keepCheckpoint, keptFolder } from './keep.ts'
import { keepStream } from './keep-kinesis.ts'

// `npm run build && npx tsx test/checkpoints/write-kept.ts 0.2` keeps checkpoints of this version, to be committed.
const version = process.argv[2]
if (version === undefined) throw new Error('say which version they are kept for, such as 0.2')
const folder = join(keptFolder, version)
for (const part of ['everything', 'kinesis']) mkdirSync(join(folder, part), { recursive: true })
await keepCheckpoint(join(folder, 'everything'))
await keepStream(join(folder, 'kinesis'))
