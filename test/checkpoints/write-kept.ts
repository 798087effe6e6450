import { join } from 'node:path'
import { keepCheckpoint, keptFolder } from './keep.ts'

// `npm run build && npx tsx test/checkpoints/write-kept.ts 0.2` keeps a checkpoint of this version, to be committed.
const version = process.argv[2]
if (version === undefined) throw new Error('say which version it is kept for, such as 0.2')
await keepCheckpoint(join(keptFolder, version))
