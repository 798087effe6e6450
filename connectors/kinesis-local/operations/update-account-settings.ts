import { changedTo } from '../streams/commitment.ts'
import { accountSettings, wantedCommitment } from './account-settings.ts'
import { operation } from './operation.ts'

export const updateAccountSettings = operation(
  'UpdateAccountSettings',
  { MinimumThroughputBillingCommitment: wantedCommitment },
  ({ MinimumThroughputBillingCommitment: { Status } }, { account, wire, now }) => {
    account.commit(changedTo(Status === 'ENABLED' ? 'ENABLED' : 'DISABLED', account.commitment, now))
    return wire.encode(accountSettings(account.commitment, now))
  },
)
