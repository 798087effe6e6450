/** Where the tables are that broadcasts make: no window of an operator that has one begins there. */
export const tableNamespace = -1
