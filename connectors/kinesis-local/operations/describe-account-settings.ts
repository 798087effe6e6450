import { accountSettings } from './account-settings.ts'
import { operation } from './operation.ts'

export const describeAccountSettings = operation('DescribeAccountSettings', {}, (_, { account, wire, now }) =>
  wire.encode(accountSettings(account.commitment, now)),
)
