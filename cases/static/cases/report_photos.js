// @ts-check
/** Photographs before they leave the phone: read, turned upright, made small enough for a slow network. */
import { _ } from "../gis/i18n.js";

export const MOST = 6;
const SIDE_PX = 2048;
const QUALITY = 0.85;

/** A file that is no photograph; the message is a sentence for the user. */
export class BrokenPhoto extends Error {}

/**
 * A JPEG of at most 2048 pixels a side, without anything but the picture.
 * @param {File} file
 * @returns {Promise<Blob>}
 */
export async function shrunk(file) {
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" }).catch(() => {
    throw new BrokenPhoto(_("This photograph cannot be read. Take it again."));
  });
  const scale = Math.min(1, SIDE_PX / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  const pen = canvas.getContext("2d");
  if (!pen) throw new BrokenPhoto(_("This photograph cannot be read. Take it again."));
  pen.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
  if (!blob) throw new BrokenPhoto(_("This photograph cannot be read. Take it again."));
  return blob;
}
