"""Words that say nothing of what a text is about, in Spanish, English and Portuguese; three letters and more."""

_WORDS = """
ahí algo alguien algún alguna algunas alguno algunos allá allí ambos ante antes aquel aquella aquello aquellos aquí
así aún aunque bastante bien cada casi como cómo con contra cosa cosas cual cuál cuales cualquier cuando cuándo
cuanto cuánto dado dan dar debe deben debería decir del demás dentro desde después dice dicen dicho donde dónde dos
durante ella ellas ellos embargo entonces entre era eran eres esa esas ese eso esos esta está estaba están estar
estas este esto estos estoy fue fueron fui gran grande gracias había haber habían hace hacen hacer hacia haciendo
han has hasta hay haya hecho hemos hizo hola hoy incluso ir los las les lejos luego más mas mal mejor menos mía mío
mis mismo misma mismos mucha muchas mucho muchos muy nada nadie nos nosotros nuestra nuestro nunca otra otras otro
otros para parece parte pero poca poco pocos podemos poder podría por porque pues puede pueden puedo que qué quien
quién quiero quiere sea sean según ser será serán sería seguir sido siempre siendo sin sino sobre sois solo sólo
somos son soy sus suya suyo tal también tampoco tan tanta tanto tener tengo tenemos tenía tenido ti tiene tienen
toda todas todavía todo todos tras tres tuve tuvo una unas uno unos usted ustedes van vamos varias varios veces ver
vez voy vuestro vuestra able about above actually after again all almost also always and another any anything are
around ask asked back because been before being between both but came can cannot could did didn does doesn doing don
done down during each either else even ever every few for from further gave get gets getting give given goes going
gone got had has hasn have haven having hello her here hers him his how however into isn its itself just keep know
less let like lot made make makes many may maybe might more most much must myself need never next nor not nothing
now off often once one only onto other our ours out over own per please put quite rather really said same say says
see seem seems she should shouldn since some something still such sure take tell than thank thanks that the their
theirs them then there these they thing things this those though three through time told too took two under until
upon use used using very want wanted was wasn way well went were weren what when where which while who whole whom
whose why will with within without won would wouldn yes yet you your yours ainda algum alguma algumas alguns além
ali ambas aos após aquela aquelas aquele aqueles aquilo assim até bem boa bom cada coisa com como contra cujo dar
das dela dele deles depois desde dessa desse desta deste deu disse disso disto dos ela elas ele eles em enquanto
então entre era eram essa essas esse esses esta está estamos estão estar estas estava este estes estou eu faz fazer
fez foi foram fosse gostaria grande havia hoje isso isto já lá lhe logo mais mas mesma mesmo meu meus minha minhas
muita muitas muito muitos nada não nas nem nessa nesse nesta neste ninguém nos nós nossa nosso nunca obrigada
obrigado onde ontem outra outras outro outros para pela pelas pelo pelos pode pois por porque pouca pouco pra pras
pro pros qual quando quanto quase que quê quem quer sei seja sem sempre ser será seu seus sido sim sob sobre sou sua
suas também tanto tão tem têm tenho ter teve tinha tive toda todas todo todos tudo uma umas uns vai vão vem vez
vezes você vocês vou
"""
STOPWORDS = frozenset(_WORDS.split())
