-- gather_score.db, as mitosis 0.6.1 wrote it.
-- Two steps.
CREATE TABLE gather_variant_length ( name VARCHAR NOT NULL, params VARCHAR, PRIMARY KEY (name) );
INSERT INTO "gather_variant_length" VALUES('five','5');
CREATE TABLE score_variant_metric ( name VARCHAR NOT NULL, params VARCHAR, PRIMARY KEY (name) );
INSERT INTO "score_variant_metric" VALUES('len','''len''');
CREATE TABLE trials_gather_score ( variant VARCHAR NOT NULL, iteration INTEGER NOT NULL, "commit" VARCHAR NOT NULL, cpu_time FLOAT, results VARCHAR, filename VARCHAR, PRIMARY KEY (variant, iteration) );
INSERT INTO "trials_gather_score" VALUES('gather-five+score-len',0,'fd22c9ac1b271dd30458dbb48d4fd2658bfcfd37',9.84882749000000057293e-01,'5','trial_gather-five+score-len_0_ab72e2.html');
