/** Where a vector of Project Wycheproof stands: its file in `testvectors_v1` and its `tcId`. */
export const wycheproof = (file: string, tcId: number): string => `Wycheproof ${file} ${tcId}`;
