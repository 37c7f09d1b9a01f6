/** Folder of the flame graphs beside the pages that show them; a graph is called as its measure. */
export const GRAPHS_FOLDER = 'flamegraphs';
