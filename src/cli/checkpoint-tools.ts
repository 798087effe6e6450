export { difference, jsonText } from '../checkpoint/difference.ts'
export {
  checkpointBytes,
  openCheckpoint,
  operatorEntries,
  operatorFigures,
  verify,
} from '../checkpoint/inspection.ts'
export { askOperator, isPending } from '../checkpoint/operator-requests.ts'
export { findManifest, listEpochs, readManifest } from '../checkpoint/recovery.ts'
export { requestCheckpoint, withdrawRequest } from '../checkpoint/requested-checkpoints.ts'
export { deleteSavepoint, listSavepoints, makeSavepoint, savepointStore } from '../checkpoint/savepoints.ts'
export { evolved, stateChanges } from '../runtime/job-state.ts'
