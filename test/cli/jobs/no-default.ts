export const flights = 1
