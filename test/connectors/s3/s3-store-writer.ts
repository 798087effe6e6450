// Writes a blob of so many bytes into a store in S3 and prints the outcome: node … endpoint prefix name size.
import { s3Store } from '../../../connectors/s3/index.ts'

const [endpoint = '', prefix = '', name = '', size = '0'] = process.argv.slice(2)
const store = s3Store({ bucket: 'lake', prefix, endpoint })
process.stdout.write(`${await store.writeOnce(name, new Uint8Array(Number(size)).fill(7))}\n`)
