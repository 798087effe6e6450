import { job } from 'millrace'
import { deliverySink, jsonLines } from 'millrace/connectors/delivery'
import { folder } from 'millrace/connectors/files'
import { sinkTo } from 'millrace/operators'
import { listSource } from 'millrace/testing'
import { ScriptedDestination } from '../../connectors/delivery/scripted-destination.ts'

const words = deliverySink({
  to: new ScriptedDestination().to(),
  backup: deliverySink<string>({ to: folder(process.env['LISTED_LAKE'] ?? 'lake'), format: jsonLines() }),
})

/** A sink that keeps no ledger, and beside it one that does. */
export default job('backed-up', ({ from }) => {
  const records = ['mill', 'race', 'stream'].map((value, arrivalTime) => ({ value, arrivalTime }))
  return from('words', listSource({ a: records })).pipe(sinkTo('service', words))
})
