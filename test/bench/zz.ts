import { systemClock } from 'millrace'
import { createStream, putRecords } from '../../connectors/kinesis/index.ts'
import { forkKinesis } from './fork-kinesis.ts'
import { read } from './kinesis-source.ts'
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true'
const { endpoint, stop } = await forkKinesis()
const o = { stream: 's', endpoint, clock: systemClock, random: () => 0.5 }
await createStream({ ...o, shards: 4 })
const t = Array.from({ length: 1000 }, (_, i) => ({ data: Buffer.alloc(200, `record ${i} `), partitionKey: `customer-${i}` }))
function* src() { for (let i = 0; i < 400_000; i++) yield t[i % 1000]! }
await putRecords(src(), o)
const med = (a: number[]) => a.sort((x, y) => x - y)[a.length >> 1]!
const res: Record<string, number[]> = {}
for (let r = 0; r < 9; r++) for (const p of (process.argv[2] ?? 'lean,lean-json,sdk').split(',')) {
  const b = process.cpuUsage(); const n = await read(endpoint, 's', p as never); const u = process.cpuUsage(b)
  if (r > 1) (res[p] ??= []).push((u.user + u.system) / n)
}
for (const [p, xs] of Object.entries(res)) console.log(p, med(xs).toFixed(3), Math.min(...xs).toFixed(3))
const pr: Record<string, number[]> = {}
if (!process.argv[3]) for (let r = 0; r < 5; r++) for (const p of ['lean', 'lean-json', 'sdk']) {
  const s = { ...o, stream: `p${r}${p}`, protocol: p as never }
  await createStream({ ...s, shards: 4 })
  const b = process.cpuUsage(); function* q() { for (let i = 0; i < 100_000; i++) yield t[i % 1000]! }; const {records:n} = await putRecords(q(), s); const u = process.cpuUsage(b)
  if (r > 0) (pr[p] ??= []).push((u.user + u.system) / n)
}
for (const [p, xs] of Object.entries(pr)) console.log('put', p, med(xs).toFixed(3), Math.min(...xs).toFixed(3))
await stop()
