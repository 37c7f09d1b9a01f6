/** Names a direct notice in the log of notices. */
export const emergencySource = (patientId: string, sid: string): string => `emergency/${patientId}/${sid}`;
