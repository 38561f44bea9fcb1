-- What the scripts of OpenSER 1.2.0 made in a MySQL database, for the tables that a registrar uses: column types, keys,
-- engine and character set as they were then; TYPE=MyISAM is spelt ENGINE=MyISAM since.
CREATE TABLE version (table_name VARCHAR(64) NOT NULL, table_version SMALLINT(5) NOT NULL DEFAULT 0)
  ENGINE=MyISAM DEFAULT CHARSET=latin1;
INSERT INTO version VALUES ('subscriber', 6), ('location', 1004), ('aliases', 1004), ('grp', 2), ('dbaliases', 1),
  ('domain', 1), ('uri', 1), ('gw', 4), ('silo', 5), ('acc', 4), ('missed_calls', 3);
CREATE TABLE subscriber (id INT(10) UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  username VARCHAR(64) NOT NULL DEFAULT '', domain VARCHAR(128) NOT NULL DEFAULT '',
  password VARCHAR(25) NOT NULL DEFAULT '', first_name VARCHAR(25) NOT NULL DEFAULT '',
  last_name VARCHAR(45) NOT NULL DEFAULT '', email_address VARCHAR(50) NOT NULL DEFAULT '',
  datetime_created DATETIME NOT NULL DEFAULT '0000-00-00 00:00:00', ha1 VARCHAR(128) NOT NULL DEFAULT '',
  ha1b VARCHAR(128) NOT NULL DEFAULT '', timezone VARCHAR(128), rpid VARCHAR(128),
  UNIQUE KEY user_id (username, domain), KEY username_id (username)) ENGINE=MyISAM DEFAULT CHARSET=latin1;
CREATE TABLE location (id INT(10) UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  username VARCHAR(64) NOT NULL DEFAULT '', domain VARCHAR(128) NOT NULL DEFAULT '',
  contact VARCHAR(255) NOT NULL DEFAULT '', received VARCHAR(255), path VARCHAR(255),
  expires DATETIME NOT NULL DEFAULT '2020-05-28 21:32:15', q FLOAT(10,2) NOT NULL DEFAULT 1.0,
  callid VARCHAR(255) NOT NULL DEFAULT 'Default-Call-ID', cseq INT(11) NOT NULL DEFAULT 13,
  last_modified DATETIME NOT NULL DEFAULT '1900-01-01 00:00:00', flags INT(11) NOT NULL DEFAULT 0,
  cflags INT(11) NOT NULL DEFAULT 0, user_agent VARCHAR(255) NOT NULL DEFAULT '', socket VARCHAR(128), methods INT(11),
  KEY udc_loc (username, domain, contact)) ENGINE=MyISAM DEFAULT CHARSET=latin1;
CREATE TABLE aliases LIKE location;
CREATE TABLE grp (id INT(10) UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  username VARCHAR(64) NOT NULL DEFAULT '', domain VARCHAR(128) NOT NULL DEFAULT '', grp VARCHAR(50) NOT NULL DEFAULT '',
  last_modified DATETIME NOT NULL DEFAULT '0000-00-00 00:00:00',
  UNIQUE KEY udg_grp (username, domain, grp)) ENGINE=MyISAM DEFAULT CHARSET=latin1;
CREATE TABLE dbaliases (id INT(10) UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  alias_username VARCHAR(64) NOT NULL DEFAULT '', alias_domain VARCHAR(128) NOT NULL DEFAULT '',
  username VARCHAR(64) NOT NULL DEFAULT '', domain VARCHAR(128) NOT NULL DEFAULT '',
  UNIQUE KEY alias_key (alias_username, alias_domain), KEY alias_user (username, domain))
  ENGINE=MyISAM DEFAULT CHARSET=latin1;
CREATE TABLE domain (id INT(10) UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, domain VARCHAR(128) NOT NULL DEFAULT '',
  last_modified DATETIME NOT NULL DEFAULT '0000-00-00 00:00:00', UNIQUE KEY d_domain (domain))
  ENGINE=MyISAM DEFAULT CHARSET=latin1;
CREATE TABLE uri (id INT(10) UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, username VARCHAR(64) NOT NULL DEFAULT '',
  domain VARCHAR(128) NOT NULL DEFAULT '', uri_user VARCHAR(50) NOT NULL DEFAULT '',
  last_modified DATETIME NOT NULL DEFAULT '0000-00-00 00:00:00', UNIQUE KEY udu_uri (username, domain, uri_user))
  ENGINE=MyISAM DEFAULT CHARSET=latin1;
CREATE TABLE gw (id INT(10) NOT NULL AUTO_INCREMENT PRIMARY KEY, gw_name VARCHAR(128) NOT NULL,
  grp_id INT(10) UNSIGNED NOT NULL, ip_addr VARCHAR(15) NOT NULL, port SMALLINT(5) UNSIGNED, uri_scheme TINYINT(3) UNSIGNED,
  transport TINYINT(3) UNSIGNED, strip TINYINT(3) UNSIGNED, prefix VARCHAR(16),
  UNIQUE KEY name_gw (gw_name), KEY gid_gw (grp_id)) ENGINE=MyISAM DEFAULT CHARSET=latin1;
