/** A photo from the phone, small enough for one bar: at most 1280 pixels on a side, JPEG. */
const MOST_PX = 1280;
const QUALITIES = [0.8, 0.6, 0.4];
const MOST_BYTES = 1024 * 1024;

/** Raises when the file is no picture that this browser can read. */
export async function shrunk(file: Blob): Promise<Blob> {
  const picture = await createImageBitmap(file);
  const scale = Math.min(1, MOST_PX / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  for (const quality of QUALITIES) {
    const jpeg = await new Promise<Blob | null>((made) => canvas.toBlob(made, "image/jpeg", quality));
    if (jpeg && jpeg.size <= MOST_BYTES) return jpeg;
  }
  throw new TypeError("the picture can't be made small enough");
}
