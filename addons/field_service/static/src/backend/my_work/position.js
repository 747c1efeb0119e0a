// Whoever doesn't answer the browser's question works on without a position.
const PATIENCE = 8000;

/**
 * Where the browser says it is, to about 100 metres before it leaves the device; null when it may
 * not, cannot or takes too long.
 */
export function askPosition() {
    return new Promise((resolve) => {
        const giveUp = () => resolve(null);
        if (!navigator.geolocation) {
            giveUp();
            return;
        }
        setTimeout(giveUp, PATIENCE);
        navigator.geolocation.getCurrentPosition(
            ({ coords }) =>
                resolve({
                    latitude: Math.round(coords.latitude * 1000) / 1000,
                    longitude: Math.round(coords.longitude * 1000) / 1000,
                }),
            giveUp,
            { maximumAge: 60000, timeout: PATIENCE }
        );
    });
}
