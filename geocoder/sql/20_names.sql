-- The dictionary of names: how each sounds and how it is found when it is misspelt.

-- What is often confused, made equal: zh and z, n and l in front, in and ing behind.
CREATE OR REPLACE FUNCTION geocoder_sound(syllable text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT regexp_replace(regexp_replace(regexp_replace(syllable, '^([zcs])h', '\1'), '^[nr](?=[aeiouv])', 'l'), 'ng$', 'n')
$$;

-- The key and the key less one character, for every place.
CREATE OR REPLACE FUNCTION geocoder_shorter(key text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN length(key) NOT BETWEEN 2 AND 24 THEN ARRAY[key] ELSE (
    SELECT array_agg(DISTINCT left(key, n - 1) || substr(key, n + 1)) || key FROM generate_series(1, length(key)) n
  ) END
$$;

-- The name without the words that people leave away: 三航 for 三航小区, 东湖 for 东湖街道.
CREATE OR REPLACE FUNCTION geocoder_core(key text, kind text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  core text := CASE kind
    WHEN 'region' THEN regexp_replace(
      key, '(街道办事处|街道|社区居委会|社区|居委会|村委会|省|市|区|县|镇|乡|村)$', '')
    WHEN 'road' THEN key
    ELSE regexp_replace(
      regexp_replace(key, '^\S{2,4}?[市县区](?=\S{4})', ''),
      '(住宅小区|生活小区|小区|居民小区|住宅区|家属院|有限责任公司|股份有限公司|有限公司|公司|大厦|写字楼|大酒店|酒店|购物中心)$', '')
    END;
BEGIN
  RETURN CASE WHEN length(core) >= 2 THEN core ELSE key END;
END $$;

-- Names that the dictionary does not have yet, given as (key, kind, weight); the best known bearer gives the kind.
CREATE OR REPLACE FUNCTION geocoder_learn(keys text[], kinds text[], weights double precision[]) RETURNS void
LANGUAGE sql AS $$
  INSERT INTO geocoder_name (key, kind, pinyin, initials, sound, core, shorter, weight, added_by)
  SELECT fresh.key, fresh.kind, left(spoken.pinyin, 800), spoken.initials, left(spoken.sound, 800),
         geocoder_core(fresh.key, fresh.kind), geocoder_shorter(fresh.key), fresh.weight,
         pg_current_xact_id()::text::bigint
    FROM (SELECT DISTINCT ON (key) key, kind, weight FROM unnest(keys, kinds, weights) AS given (key, kind, weight)
           WHERE key <> '' ORDER BY key, weight DESC) fresh
   CROSS JOIN LATERAL (
     SELECT string_agg(COALESCE(c.syllable, lower(part.letter)), '' ORDER BY part.n) AS pinyin,
            string_agg(left(COALESCE(c.syllable, lower(part.letter)), 1), '' ORDER BY part.n) AS initials,
            string_agg(COALESCE(geocoder_sound(c.syllable), lower(part.letter)), '.' ORDER BY part.n) AS sound
       FROM regexp_split_to_table(fresh.key, '') WITH ORDINALITY AS part (letter, n)
       LEFT JOIN geocoder_character c ON c.character = part.letter) spoken
   ORDER BY fresh.key
  ON CONFLICT (key) DO NOTHING
$$;
