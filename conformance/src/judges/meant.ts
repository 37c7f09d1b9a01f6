/** Whether judges that have to be fetched are meant to run: `make judges` says so. */
export const areJudgesMeant = (): boolean => process.env['JUDGES'] === 'yes';
