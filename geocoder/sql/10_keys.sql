-- Names and numbers as they are compared. The same as geocoder.normalise.key in Python (a test compares them);
-- geocoder_plain is written by geocoder.reference from the table of the text side.
CREATE OR REPLACE FUNCTION geocoder_key(written text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  RETURN regexp_replace(geocoder_plain(written), '[\s·.,;:''"_()\[\]-]+', '', 'g');
END $$;

-- A whole number out of digits that may be too many; null if there are none.
CREATE OR REPLACE FUNCTION geocoder_whole(digits text) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT NULLIF(left(substring(digits FROM '\d+'), 9), '')::integer
$$;

-- A written number of a door or a building in its canonical form: `lane` in front of it (628 of 628弄4-7号),
-- `number` (101附3, 甲12, A), and the first and last of its whole numbers. 12-1 is the first annex of 12,
-- 101-103 a range. A plate without digits (A座) has -1 for both, an empty number nothing.
CREATE OR REPLACE FUNCTION geocoder_number(
  written text, OUT lane text, OUT number text, OUT low integer, OUT high integer
) LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  t text := regexp_replace(geocoder_plain(written), '[\s:()]|^NO\.?|^第', '', 'g');
  ends text[];
BEGIN
  IF t !~ '^[\x21-\x7e]*号?$' AND t ~ '[零一二三四五六七八九十百]' THEN
    t := geocoder_digits(t);
  END IF;
  lane := COALESCE(substring(t FROM '^(\d+)弄'), '');
  IF lane <> '' THEN
    t := substring(t FROM '^\d+弄(.*)$');
  END IF;
  t := regexp_replace(t, '(\d)号([甲乙丙丁戊己庚辛])$', '\2\1');
  t := regexp_replace(t, '^(\d+)([甲乙丙丁戊己庚辛])号?$', '\2\1');
  t := regexp_replace(t, '(号院|号楼|号|院|栋|幢|座|楼|#|室)(?=[-~至之附、,]|$)', '', 'g');
  ends := regexp_match(t, '^(\D?)(\d+)(?:[-~至、,]\d+)*[-~至、,](\d+)$');
  IF ends IS NOT NULL AND geocoder_whole(ends[3]) > geocoder_whole(ends[2]) THEN
    low := geocoder_whole(ends[2]);
    high := geocoder_whole(ends[3]);
    number := ends[1] || ends[2] || '-' || ends[3];
    RETURN;
  END IF;
  number := left(regexp_replace(t, '(?<=\d)号?[-之附](?=\d)', '附'), 40);
  low := COALESCE(geocoder_whole(number), CASE WHEN number <> '' THEN -1 END);
  high := low;
END $$;

-- Chinese numerals below a thousand as digits, wherever they stand: 一百零三 is 103, 十二 is 12.
CREATE OR REPLACE FUNCTION geocoder_digits(t text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
  t := translate(t, '一二三四五六七八九两', '1234567892');
  t := regexp_replace(t, '百零(\d)', '百0十\1', 'g');
  t := regexp_replace(t, '(?<!\d)十', '1十', 'g');
  t := regexp_replace(t, '百$|百(?=[^\d十])', '百0十0', 'g');
  t := regexp_replace(t, '十(?!\d)', '十0', 'g');
  RETURN translate(t, '零百十', '0');
END $$;

-- An address line of a building or a place, taken apart: the road without the regions before it, and its number.
CREATE OR REPLACE FUNCTION geocoder_address(written text, OUT road text, OUT number text)
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
  parts text[] := regexp_match(
    geocoder_plain(written), '^\s*(\D{2,}?)\s*(\d+(?:弄\d+)?(?:[-附之]\d+)*(?:号(?:院)?)?)'
  );
  region text;
BEGIN
  road := COALESCE(parts[1], '');
  number := COALESCE(parts[2], '');
  IF road !~ '[省市区县镇乡道村].' THEN
    RETURN;
  END IF;
  road := regexp_replace(road, '^\S{2,7}?(省|自治区)', '');
  road := regexp_replace(road, '^\S{2,7}?(市|自治州|盟)(\S{2,4}?[区县旗](?=\S{3,}))?(?=\S{2,})', '');
  LOOP
    SELECT geocoder_plain(r.name) INTO region FROM grids_region r
     WHERE starts_with(road, geocoder_plain(r.name)) ORDER BY length(r.name) DESC LIMIT 1;
    EXIT WHEN NOT FOUND OR length(region) >= length(road) - 1;
    road := substr(road, length(region) + 1);
  END LOOP;
END $$;
