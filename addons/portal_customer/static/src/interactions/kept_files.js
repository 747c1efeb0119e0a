import { IndexedDB } from "@web/core/utils/indexed_db";

const TABLE = "files";
// More than the server takes at once isn't worth the room on a phone.
const MOST_BYTES = 128 * 2 ** 20;
const LONGEST_MS = 24 * 3600 * 1000;

let database;

function getDatabase() {
    return (database ||= new IndexedDB("portal_customer", 1));
}

/**
 * Chosen files in this browser's own database: a photo made on a roof can't be chosen again. Who may
 * have them back is whoever knows the identifier. A browser that has no room keeps none.
 */
export async function keepFiles(id, files) {
    if (files.reduce((bytes, file) => bytes + file.size, 0) <= MOST_BYTES) {
        await getDatabase().write(TABLE, id, { files, since: Date.now() });
    }
}

/** @returns {Promise<File[]>} none when they are not kept, or not any more */
export async function readFiles(id) {
    return (await getDatabase().read(TABLE, id))?.files || [];
}

/** @param {string[]} ids of what is dropped besides all that has been kept for a day */
export function dropFiles(ids) {
    return walk((cursor) => {
        if (ids.includes(cursor.key) || cursor.value.since < Date.now() - LONGEST_MS) {
            cursor.delete();
        }
    });
}

export function dropAllFiles() {
    return getDatabase().invalidate(TABLE);
}

function walk(visit) {
    return getDatabase().execute(
        (db) =>
            new Promise((resolve, reject) => {
                if (!db?.objectStoreNames.contains(TABLE)) {
                    resolve();
                    return;
                }
                const transaction = db.transaction(TABLE, "readwrite");
                transaction.oncomplete = resolve;
                transaction.onerror = () => reject(transaction.error);
                const walking = transaction.objectStore(TABLE).openCursor();
                walking.onsuccess = () => {
                    const cursor = walking.result;
                    if (cursor) {
                        visit(cursor);
                        cursor.continue();
                    }
                };
            })
    );
}
